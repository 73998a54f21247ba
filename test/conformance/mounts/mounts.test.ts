// Mounts against a real Azurite, through the genuine storage client.
import {
  appendFile,
  lstat,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  rename,
  rm,
  symlink,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { BlobServiceClient, type ContainerClient } from "@azure/storage-blob";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { systemClock } from "../../../local/clock.ts";
import { silentLogger } from "../../../local/logger.ts";
import { type Mounts, type StorageRequest, createMounts } from "../../../local/mounts/index.ts";
import { type Azurite, startAzurite } from "../../../local/storage/index.ts";

const account = { name: "batchaitest", key: Buffer.alloc(64, 5).toString("base64") };
let azurite: Azurite;
let folder: string;
let mounts: Mounts;
let container: ContainerClient;
let containers = 0;

beforeAll(async () => {
  azurite = await startAzurite({
    dataDirectory: "memory",
    account,
    logger: silentLogger,
    childFile: fileURLToPath(new URL("../../../dist/local/azurite.mjs", import.meta.url)),
  });
});
afterAll(() => azurite.dispose());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "mounts-"));
  await mkdir(join(folder, "shares", "results"), { recursive: true });
  mounts = create();
  const service = BlobServiceClient.fromConnectionString(azurite.connectionString);
  container = service.getContainerClient(`data${containers++}`);
  await container.create();
});
afterEach(async () => {
  for (const node of ["node1", "node2"]) await mounts.detach(node).catch(() => {});
  await mounts.close();
  await rm(folder, { recursive: true, force: true });
});

function create(): Mounts {
  return createMounts({
    root: join(folder, "mounts"),
    accounts: [{ ...account, blobUrl: azurite.blobUrl }],
    shareRoot: (_account, share) => join(folder, "shares", share),
    exported: (address, subnetId) =>
      address !== "10.0.0.4"
        ? undefined
        : subnetId === "here"
          ? { kind: "folder", folder: join(folder, "export") }
          : { kind: "nobody" },
    clock: systemClock(),
    logger: silentLogger,
  });
}
const request = (node: string, more: Partial<StorageRequest> = {}): StorageRequest => ({
  nodeId: node,
  kind: "azureBlobFileSystem",
  accountName: account.name,
  accountKey: account.key,
  container: container.containerName,
  target: join(folder, node, "fsmounts", "data"),
  ...more,
});
const put = (name: string, text: string) =>
  container.getBlockBlobClient(name).upload(text, Buffer.byteLength(text));
const get = async (name: string) => (await container.getBlobClient(name).downloadToBuffer()).toString();
async function names(): Promise<string[]> {
  const found = [];
  for await (const blob of container.listBlobsFlat()) found.push(blob.name);
  return found;
}
async function attach(node = "node1"): Promise<string> {
  expect(await mounts.attach(request(node))).toEqual({ ok: true });
  return request(node).target;
}

describe("a mounted container", () => {
  it("shows what storage holds as soon as it is mounted", async () => {
    await put("train/a.txt", "alpha");
    await put("train/deep/b.txt", "beta");
    await put("empty.txt", "");
    const data = await attach();
    expect((await lstat(data)).isSymbolicLink()).toBe(true);
    expect(await readFile(join(data, "train/a.txt"), "utf8")).toBe("alpha");
    expect(await readFile(join(data, "train/deep/b.txt"), "utf8")).toBe("beta");
    expect(await readFile(join(data, "empty.txt"), "utf8")).toBe("");
  });

  it("carries new, changed, renamed and deleted files to storage, at the latest with flush", async () => {
    await put("keep.txt", "keep");
    const data = await attach();
    await mkdir(join(data, "out/logs"), { recursive: true });
    await writeFile(join(data, "out/logs/stdout.txt"), "epoch 1\n");
    await writeFile(join(data, "big.bin"), Buffer.alloc(9 * 2 ** 20, "x"));
    await mounts.flush("node1");
    expect(await names()).toEqual(["big.bin", "keep.txt", "out", "out/logs", "out/logs/stdout.txt"]);
    expect((await container.getBlobClient("out").getProperties()).metadata).toEqual({ hdi_isfolder: "true" });
    expect((await container.getBlobClient("big.bin").getProperties()).contentLength).toBe(9 * 2 ** 20);
    const properties = await container.getBlobClient("out/logs/stdout.txt").getProperties();
    expect(properties.contentType).toBe("text/plain");
    await appendFile(join(data, "out/logs/stdout.txt"), "epoch 2\n");
    await rename(join(data, "keep.txt"), join(data, "kept.txt"));
    await rm(join(data, "big.bin"));
    await mounts.flush("node1");
    expect(await names()).toEqual(["kept.txt", "out", "out/logs", "out/logs/stdout.txt"]);
    expect(await get("out/logs/stdout.txt")).toBe("epoch 1\nepoch 2\n");
    await rm(join(data, "out"), { recursive: true });
    await mounts.flush("node1");
    expect(await names()).toEqual(["kept.txt"]);
  });

  it("carries a growing log to storage without being asked", async () => {
    const data = await attach();
    await writeFile(join(data, "log.txt"), "one\n");
    await vi.waitFor(async () => expect(await get("log.txt")).toBe("one\n"), {
      timeout: 25_000,
      interval: 50,
    });
    await appendFile(join(data, "log.txt"), "two\n");
    await vi.waitFor(async () => expect(await get("log.txt")).toBe("one\ntwo\n"), {
      timeout: 25_000,
      interval: 50,
    });
  }, 60_000);

  it("follows what others change in storage, and uploads none of it back", async () => {
    await put("a.txt", "old");
    await put("dir/b.txt", "gone soon");
    const data = await attach();
    await put("a.txt", "new");
    await put("dir2/c.txt", "c");
    await container.deleteBlob("dir/b.txt");
    const etags = async () => {
      const found: Record<string, string> = {};
      for await (const blob of container.listBlobsFlat()) found[blob.name] = blob.properties.etag;
      return found;
    };
    const before = await etags();
    await vi.waitFor(
      async () => {
        expect((await readdir(data)).sort()).toEqual(["a.txt", "dir2"]);
        expect(await readFile(join(data, "a.txt"), "utf8")).toBe("new");
        expect(await readFile(join(data, "dir2/c.txt"), "utf8")).toBe("c");
      },
      { timeout: 50_000, interval: 50 },
    );
    await mounts.flush("node1");
    expect(await etags()).toEqual(before);
  }, 60_000);

  it("is one folder for all nodes, and stays until the last one leaves", async () => {
    const one = await attach("node1");
    const two = await attach("node2");
    await writeFile(join(one, "shared.txt"), "x");
    expect(await readFile(join(two, "shared.txt"), "utf8")).toBe("x");
    await mounts.detach("node1");
    expect(await names()).toEqual(["shared.txt"]);
    expect(await readdir(one)).toEqual([]);
    await writeFile(join(two, "late.txt"), "y");
    await mounts.detach("node2", two);
    expect(await names()).toEqual(["late.txt", "shared.txt"]);
  });

  it("tells new from deleted after it was away", async () => {
    await put("deleted-remotely.txt", "1");
    await put("deleted-locally.txt", "2");
    await put("changed.txt", "3");
    const data = await attach();
    await mounts.close();
    await container.deleteBlob("deleted-remotely.txt");
    await put("new-remotely.txt", "4");
    await rm(join(data, "deleted-locally.txt"));
    await writeFile(join(data, "changed.txt"), "3 and more");
    await writeFile(join(data, "new-locally.txt"), "5");
    mounts = create();
    expect(await mounts.attach(request("node1"))).toEqual({ ok: true });
    await mounts.flush("node1");
    const expected = ["changed.txt", "new-locally.txt", "new-remotely.txt"];
    expect(await names()).toEqual(expected);
    expect((await readdir(data)).sort()).toEqual(expected);
    expect(await get("changed.txt")).toBe("3 and more");
  });

  it("keeps what the job wrote, and says why at once, when the container was deleted under it", async () => {
    await put("kept.txt", "kept");
    const data = await attach();
    await container.delete();
    await writeFile(join(data, "late.txt"), "late");
    await expect(mounts.flush("node1")).rejects.toThrow("container does not exist");
    expect((await readdir(data)).sort()).toEqual(["kept.txt", "late.txt"]);
    await container.create();
    await mounts.flush("node1");
    expect(await get("late.txt")).toBe("late");
  });

  it("is refused with the reason: account, key, container, options, mount point", async () => {
    const refusal = async (more: Partial<StorageRequest>) => {
      const result = await mounts.attach(request("node1", more));
      return result.ok ? "mounted" : result.message;
    };
    const wrongKey = Buffer.alloc(64, 6).toString("base64");
    expect(await refusal({ accountName: "stranger" })).toContain("'stranger' is unknown");
    expect(await refusal({ accountKey: wrongKey })).toContain("failed to authenticate");
    expect(await refusal({ container: "missing" })).toContain("container 'missing' not found");
    expect(await refusal({ options: "--subdirectory=train" })).toContain("a part of a container");
    await mkdir(join(folder, "full"));
    await writeFile(join(folder, "full", "x"), "");
    expect(await refusal({ target: join(folder, "full") })).toContain("is not empty");
    expect(await refusal({ options: "--use-https=true -o big_writes -o attr_timeout=240" })).toBe("mounted");
    expect(await refusal({})).toContain("already mounted");
  });
});

describe.skipIf(process.getuid?.() !== 0)("row 65: a read-only mount", () => {
  const target = () => request("node1").target;
  const readOnly = (more: Partial<StorageRequest> = {}) =>
    mounts.attach(request("node1", { options: "-o allow_other --read-only", ...more }));
  const refused = { code: "EROFS" };

  it("is followed by what others write, and takes nothing from programs, nor from root", async () => {
    await put("a.txt", "alpha");
    expect(await readOnly()).toEqual({ ok: true });
    expect(await readFile(join(target(), "a.txt"), "utf8")).toBe("alpha");
    await expect(writeFile(join(target(), "a.txt"), "other")).rejects.toMatchObject(refused);
    await expect(mkdir(join(target(), "b"))).rejects.toMatchObject(refused);
    await expect(rm(join(target(), "a.txt"))).rejects.toMatchObject(refused);
    const other = await attach("node2");
    await writeFile(join(other, "b.txt"), "beta");
    expect(await readFile(join(target(), "b.txt"), "utf8")).toBe("beta");
    await mounts.detach("node1");
    expect(await readdir(target())).toEqual([]);
    await mounts.flush("node2");
    expect(await names()).toEqual(["a.txt", "b.txt"]);
  });

  it("is taken up after a restart, mounted anew by its node, and leaves an empty folder", async () => {
    await put("a.txt", "alpha");
    await readOnly();
    await mounts.close();
    expect(await readdir(target())).toEqual([]);
    mounts = create();
    await mounts.flush("node1");
    expect(mounts.targets("node1")).toEqual([target()]);
    await expect(writeFile(join(target(), "a.txt"), "other")).rejects.toMatchObject(refused);
    expect(await readOnly()).toEqual({ ok: true });
    expect(await readFile(join(target(), "a.txt"), "utf8")).toBe("alpha");
    expect(await mounts.attach(request("node2", { target: target() }))).toMatchObject({ ok: false });
    await mounts.detach("node1", target());
    expect(await readdir(target())).toEqual([]);
    expect(await mounts.attach(request("node1"))).toEqual({ ok: true });
    await writeFile(join(target(), "c.txt"), "gamma");
  });

  it("is that of a share and of an export, too", async () => {
    await mkdir(join(folder, "export"));
    await readOnly({ kind: "azureFileShare", container: "results", options: "-o vers=3.0,ro" });
    await expect(writeFile(join(target(), "a.txt"), "x")).rejects.toMatchObject(refused);
    await mounts.detach("node1");
    const nfs = { nodeId: "node1", kind: "nfs", source: "10.0.0.4:/data", subnetId: "here" } as const;
    expect(await mounts.attach({ ...nfs, target: target(), options: "-o vers=4.1,ro" })).toEqual({
      ok: true,
    });
    await expect(writeFile(join(target(), "a.txt"), "x")).rejects.toMatchObject(refused);
  });
});

describe("a mounted file share", () => {
  const share = (more: Partial<StorageRequest> = {}) =>
    request("node1", { kind: "azureFileShare", container: "results", ...more });

  it("is the share's own folder", async () => {
    expect(await mounts.attach(share())).toEqual({ ok: true });
    await writeFile(join(share().target, "a.txt"), "x");
    expect(await readFile(join(folder, "shares/results/a.txt"), "utf8")).toBe("x");
    await mounts.detach("node1");
    expect(await readdir(join(folder, "shares/results"))).toEqual(["a.txt"]);
  });

  it("is refused when the share or the key is not right", async () => {
    expect(await mounts.attach(share({ container: "missing" }))).toMatchObject({ ok: false, message: /./ });
    const wrong = await mounts.attach(share({ accountKey: "d3Jvbmc=" }));
    expect(wrong).toEqual({ ok: false, message: "mount error(13): Permission denied" });
  });
});

describe("a mounted export of a file server", () => {
  const nfs = (source: string, more: object = {}) => ({
    nodeId: "node1",
    kind: "nfs" as const,
    source,
    subnetId: "here",
    target: join(folder, "node1", "fsmounts", "nfs"),
    ...more,
  });

  it("is the machine's own folder, or a folder in it, for nodes of its network", async () => {
    await mkdir(join(folder, "export/digits"), { recursive: true });
    await symlink("/etc", join(folder, "export/out"));
    expect(await mounts.attach(nfs("10.0.0.4:/data"))).toEqual({ ok: true });
    await writeFile(join(nfs("").target, "a.txt"), "x");
    expect(await readFile(join(folder, "export/a.txt"), "utf8")).toBe("x");
    expect(await mounts.sync("node1", nfs("").target)).toBe(false);
    await mounts.detach("node1");
    expect(await mounts.attach(nfs("10.0.0.4:/data/digits", { options: "-o vers=4.1,hard" }))).toEqual({
      ok: true,
    });
    await mounts.detach("node1");
    const refusal = async (source: string, more: object = {}) => {
      const answer = await mounts.attach(nfs(source, more));
      return answer.ok ? "mounted" : answer.message;
    };
    expect(await refusal("10.0.0.4:/data/none")).toContain(
      "reason given by server: No such file or directory",
    );
    for (const way of ["10.0.0.4:/data/out", "10.0.0.4:/data/a.txt"])
      expect(await refusal(way), way).toContain("No such file");
    for (const way of ["10.0.0.4:/etc", "10.0.0.4:/data/../export", "10.0.0.4:/data/digits/../../etc"])
      expect(await refusal(way), way).toContain("access denied by server");
    expect(await refusal("10.0.0.4:/data", { subnetId: "there" })).toContain("Connection timed out");
    expect(await refusal("10.9.9.9:/data")).toContain("Connection timed out");
    expect(await refusal("nonsense")).toContain("is no address and path");
    expect(mounts.serves("10.0.0.4") && !mounts.serves("10.9.9.9")).toBe(true);
  });
});
