// How fast mounted containers are: `npm run bench -- mounts`. Ratios within one run: a mount against the same bytes through the
// storage client alone, and against a plain copy on disk. `--small N` files of 1 KB (default 10000), `--large MB` (default 500).
import { copyFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { BlobServiceClient } from "@azure/storage-blob";
import { systemClock } from "../../local/clock.ts";
import { silentLogger } from "../../local/logger.ts";
import { createMounts } from "../../local/mounts/index.ts";
import { startAzurite } from "../../local/storage/index.ts";

const { values } = parseArgs({
  options: { small: { type: "string" }, large: { type: "string" } },
  strict: false,
});
const small = Number(values.small ?? 10_000);
const largeMb = Number(values.large ?? 500);
const account = { name: "batchaibench", key: Buffer.alloc(64, 1).toString("base64") };
const root = join(dirname(fileURLToPath(import.meta.url)), "../../..");

const folder = await mkdtemp(join(tmpdir(), "bench-mounts-"));
const report = (name: string, value: string) => console.log(`${name}: ${value}`);
async function timed(name: string, work: () => Promise<unknown>, units?: { count: number; name: string }) {
  const began = performance.now();
  await work();
  const seconds = (performance.now() - began) / 1000;
  report(
    name,
    `${seconds.toFixed(2)} s${units ? `, ${Math.round(units.count / seconds)} ${units.name}/s` : ""}`,
  );
  return seconds;
}
const residentMb = (pid: number | "self") =>
  Math.round(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) / 1024);

const start = () =>
  startAzurite({
    dataDirectory: join(folder, "azurite"),
    account,
    logger: silentLogger,
    childFile: join(root, "dist/local/azurite.mjs"),
  });
let azurite = await start();
await azurite.dispose();
await timed("Azurite start to ready", async () => (azurite = await start()));
if (process.platform === "linux") report("Azurite memory when idle", `${residentMb(azurite.pid)} MB`);

const containers = BlobServiceClient.fromConnectionString(azurite.connectionString);
const mountsAt = (name: string) =>
  createMounts({
    root: join(folder, name),
    accounts: [{ ...account, blobUrl: azurite.blobUrl }],
    shareRoot: () => undefined,
    clock: systemClock(),
    logger: silentLogger,
  });
const attach = async (mounts: ReturnType<typeof mountsAt>, container: string, target: string) => {
  const kind = "azureBlobFileSystem";
  const request = {
    nodeId: "n",
    kind,
    accountName: account.name,
    accountKey: account.key,
    container,
    target,
  } as const;
  const result = await mounts.attach(request);
  if (!result.ok) throw new Error(result.message);
};

async function smallFiles(): Promise<void> {
  const container = containers.getContainerClient("small");
  await container.create();
  const files = { count: small, name: "files" };
  const target = join(folder, "a/data");
  const mounts = mountsAt("one");
  await attach(mounts, "small", target);
  await timed(
    `${small} files of 1 KB written to a mount and flushed`,
    async () => {
      for (let index = 0; index < small; index += 1) {
        const directory = join(target, String(index % 100));
        if (index < 100) await mkdir(directory);
        await writeFile(join(directory, `${index}.txt`), Buffer.alloc(1024, String(index)));
      }
      await mounts.flush("n");
    },
    files,
  );
  await timed(`flush of ${small} files when nothing changed`, () => mounts.flush("n"));
  await writeFile(join(target, "one-more.txt"), "x");
  await timed(`flush of one new file among ${small}`, () => mounts.flush("n"));
  const usage = process.cpuUsage();
  const watched = performance.now();
  await new Promise((done) => setTimeout(done, 10_000));
  const { user, system } = process.cpuUsage(usage);
  report(
    `processor share of an idle mount of ${small} files`,
    `${(((user + system) / 1000 / (performance.now() - watched)) * 100).toFixed(1)} %`,
  );
  await mounts.close();
  const again = mountsAt("two");
  await timed(
    `mounting a container of ${small} files anew`,
    () => attach(again, "small", join(folder, "b/data")),
    files,
  );
  await again.close();
  const third = mountsAt("two");
  await timed(`mounting it once more with its folder kept`, () => third.flush("n"));
  await third.close();
  await timed(
    `the same ${small} blobs by the storage client, 16 at a time`,
    async () => {
      const direct = containers.getContainerClient("direct");
      await direct.create();
      let next = 0;
      const worker = async () => {
        for (let index = next++; index < small; index = next++)
          await direct
            .getBlockBlobClient(`${index % 100}/${index}.txt`)
            .upload(Buffer.alloc(1024, "x"), 1024);
      };
      await Promise.all(Array.from({ length: 16 }, worker));
    },
    files,
  );
}

async function largeFile(): Promise<void> {
  const container = containers.getContainerClient("large");
  await container.create();
  const megabytes = { count: largeMb, name: "MB" };
  const source = join(folder, "large.bin");
  await writeFile(source, Buffer.alloc(largeMb * 2 ** 20, "0123456789"));
  await timed(`${largeMb} MB copied on disk`, () => copyFile(source, join(folder, "copy.bin")), megabytes);
  const mounts = mountsAt("three");
  const target = join(folder, "c/data");
  await attach(mounts, "large", target);
  await timed(
    `${largeMb} MB written to a mount and flushed`,
    async () => {
      await copyFile(source, join(target, "large.bin"));
      await mounts.flush("n");
    },
    megabytes,
  );
  report(
    "memory of the mounting process afterwards",
    `${Math.round(process.memoryUsage().rss / 2 ** 20)} MB`,
  );
  await mounts.close();
  const again = mountsAt("four");
  await timed(
    `mounting a container with ${largeMb} MB`,
    () => attach(again, "large", join(folder, "d/data")),
    megabytes,
  );
  await again.close();
  await timed(
    `${largeMb} MB uploaded by the storage client`,
    async () => {
      await container
        .getBlockBlobClient("direct.bin")
        .uploadFile(source, { blockSize: 4 * 2 ** 20, concurrency: 3 });
    },
    megabytes,
  );
}

try {
  await smallFiles();
  await largeFile();
  if (process.platform === "linux") report("Azurite memory at the end", `${residentMb(azurite.pid)} MB`);
} finally {
  await azurite.dispose();
  await rm(folder, { recursive: true, force: true });
}
