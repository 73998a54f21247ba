// How a mounted container compares with the storage client alone: 1,000 files of 1 MB read by a node that mounts them, and written back.
// Beside it a share and an export, which are folders. `npm run bench -- mounts`. Each ratio is the client's time by the mount's: 1 is as fast.
// What a busy machine does not change stands beside the time: processor time of this process, and requests by their methods (a file that
// is uploaded twice shows as one more PUT). `--files N` (default 1000), `--size KB` (default 1000).
import { subscribe } from "node:diagnostics_channel";
import { createReadStream } from "node:fs";
import { copyFile, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { BlobServiceClient } from "@azure/storage-blob";
import { systemClock } from "../../local/clock.ts";
import { silentLogger } from "../../local/logger.ts";
import { type MountRequest, createMounts } from "../../local/mounts/index.ts";
import { startAzurite } from "../../local/storage/index.ts";

const { values } = parseArgs({
  options: { files: { type: "string" }, size: { type: "string" } },
  strict: false,
});
const [files, sizeKb] = [Number(values.files ?? 1_000), Number(values.size ?? 1_000)];
const account = { name: "batchaibench", key: Buffer.alloc(64, 1).toString("base64") };
const root = join(dirname(fileURLToPath(import.meta.url)), "../../..");
const folder = await mkdtemp(join(tmpdir(), "bench-mounts-"));
/** As many at once as a mount has under way. */
const lanes = 16;

/** Requests since the last look, by method. */
const requests = new Map<string, number>();
subscribe("http.client.request.start", (message) => {
  const { method } = (message as { request: { method: string } }).request;
  requests.set(method, (requests.get(method) ?? 0) + 1);
});

async function timed(name: string, work: () => Promise<unknown>): Promise<number> {
  requests.clear();
  const [began, cpu] = [performance.now(), process.cpuUsage()];
  await work();
  const seconds = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const asked = [...requests].map(([method, times]) => `, ${times} ${method}`).join("");
  console.log(
    `${name}: ${seconds.toFixed(2)} s, ${Math.round((files * sizeKb) / 1000 / seconds)} MB/s, processor ${((user + system) / 1e6).toFixed(2)} s${asked}`,
  );
  return seconds;
}
async function inLanes(work: (index: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const lane = async () => {
    for (let index = next++; index < files; index = next++) await work(index);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}
const ratio = (name: string, client: number, mount: number) =>
  console.log(`${name} against the client alone: ${(client / mount).toFixed(2)}`);

const azurite = await startAzurite({
  dataDirectory: join(folder, "azurite"),
  account,
  logger: silentLogger,
  childFile: join(root, "dist/local/azurite.mjs"),
});
const containers = BlobServiceClient.fromConnectionString(azurite.connectionString);
const mounts = createMounts({
  root: join(folder, "mounts"),
  accounts: [{ ...account, blobUrl: azurite.blobUrl }],
  shareRoot: (_account, share) => join(folder, "shares", share),
  exported: () => ({ kind: "folder", folder: join(folder, "export") }),
  clock: systemClock(),
  logger: silentLogger,
});
async function attach(request: MountRequest): Promise<string> {
  const result = await mounts.attach(request);
  if (!result.ok) throw new Error(result.message);
  return request.target;
}
const placed = (at: string) => ({ nodeId: "n", target: join(folder, at) });
const withKey = { accountName: account.name, accountKey: account.key };
const blobMount = (container: string, at: string) =>
  attach({ ...placed(at), ...withKey, kind: "azureBlobFileSystem", container });

try {
  const source = join(folder, "source");
  for (const name of [source, join(folder, "client"), join(folder, "shares/s"), join(folder, "export")])
    await mkdir(name, { recursive: true });
  for (let index = 0; index < files; index += 1)
    await writeFile(join(source, `${index}.bin`), Buffer.alloc(sizeKb * 1_000, `${index} `));
  const put = containers.getContainerClient("written");
  await put.create();
  await containers.createContainer("mounted");

  const written = await timed("written by the client", () =>
    inLanes((index) => put.getBlockBlobClient(`${index}.bin`).uploadFile(join(source, `${index}.bin`))),
  );
  const target = await blobMount("mounted", "a");
  const back = await timed("written to a mounted container and flushed", async () => {
    await inLanes((index) => copyFile(join(source, `${index}.bin`), join(target, `${index}.bin`)));
    await mounts.flush("n");
  });
  const read = await timed("read by the client", () =>
    inLanes((index) =>
      put.getBlobClient(`${index}.bin`).downloadToFile(join(folder, "client", `${index}.bin`)),
    ),
  );
  const started = await timed("mounted, all of it there", () => blobMount("written", "b"));
  const found = await readdir(join(folder, "b"));
  if (found.length !== files) throw new Error(`${found.length} of ${files} files are there`);
  ratio("mount start-up", read, started);
  ratio("write-back", written, back);

  const plain = await timed("copied on disk", () =>
    inLanes((index) => copyFile(join(source, `${index}.bin`), join(folder, "client", `${index}.bin`))),
  );
  const share = await attach({ ...placed("c"), ...withKey, kind: "azureFileShare", container: "s" });
  const exported = await attach({ ...placed("d"), kind: "nfs", source: "10.0.0.4:/data" });
  ratio("write-back of files that the client, too, has on disk first", written + plain, back);
  for (const [name, place] of [
    ["share", share],
    ["NFS export", exported],
  ] as const) {
    const took = await timed(`written to a mounted ${name}`, () =>
      inLanes((index) => copyFile(join(source, `${index}.bin`), join(place, `${index}.bin`))),
    );
    console.log(`${name} against a copy on disk: ${(plain / took).toFixed(2)}`);
    await timed(`read from a mounted ${name}`, () =>
      inLanes(async (index) => {
        for await (const _part of createReadStream(join(place, `${index}.bin`)));
      }),
    );
  }
  await mounts.close();
} finally {
  await azurite.dispose();
  await rm(folder, { recursive: true, force: true });
}
