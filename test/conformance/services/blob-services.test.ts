import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BlobServiceClient, StorageSharedKeyCredential } from "@azure/storage-blob";
import type { Azurite } from "../../../local/storage/index.ts";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { systemClock } from "../../../local/clock.ts";
import { startFileShares } from "../../../local/file-shares/index.ts";
import { silentLogger } from "../../../local/logger.ts";
import { systemRandom } from "../../../local/random.ts";
import { blobAccess } from "../../../services/azure/blob-containers.ts";
import { blobSecrets } from "../../../services/azure/blob-secrets.ts";
import { blobStaging } from "../../../services/azure/blob-staging.ts";
import { sealer } from "../../../services/azure/sealing.ts";
import { storageOutputFiles } from "../../../services/azure/storage-output-files.ts";
import type { OutputFiles, StoragePlace } from "../../../services/output-files.ts";
import { blobsOf, startStorage, storageAccount } from "../../support/app/storage.ts";

const clock = { now: () => Date.now(), sleep: async () => undefined };
const credential = { getToken: async () => null };
let storage: Azurite;
let template: string;
beforeAll(async () => {
  storage = await startStorage();
  template = storage.blobUrl.replace(storageAccount.name, "{account}");
});
afterAll(() => storage.dispose());

const access = () => blobsOf(storage);
const key = (fill: number) => Buffer.alloc(32, fill);
const seal = () => sealer([key(7)], systemRandom());
const rawText = async (container: string, blob: string) => {
  const key = new StorageSharedKeyCredential(storageAccount.name, storageAccount.key);
  const client = new BlobServiceClient(storage.blobUrl, key).getContainerClient(container);
  return (await client.getBlobClient(blob).downloadToBuffer()).toString();
};

describe("the secret store", () => {
  it("gives back what was put, per owner, until it is removed", async () => {
    const secrets = blobSecrets(access(), storageAccount, seal());
    expect(await secrets.get("owner-1")).toEqual(new Map());
    await secrets.put("owner-1", new Map([["a.b", "värde 1"]]));
    await secrets.put("owner-2", new Map());
    expect(await secrets.get("owner-1")).toEqual(new Map([["a.b", "värde 1"]]));
    await secrets.remove("owner-1");
    await secrets.remove("owner-1");
    expect(await secrets.get("owner-1")).toEqual(new Map());
  });

  it("stores nothing readable, and never the same twice", async () => {
    const secrets = blobSecrets(access(), storageAccount, seal());
    await secrets.put("owner-3", new Map([["name", "not-to-be-seen"]]));
    const first = await rawText("batchai-secrets", "owner-3");
    await secrets.put("owner-3", new Map([["name", "not-to-be-seen"]]));
    const second = await rawText("batchai-secrets", "owner-3");
    expect(first).not.toContain("not-to-be-seen");
    expect(first).not.toBe(second);
  });

  it("refuses an envelope that was made for another owner or with another key", () => {
    const envelope = seal().seal("me", "text");
    expect(seal().open("me", envelope)).toBe("text");
    expect(() => seal().open("you", envelope)).toThrow();
    expect(() => sealer([key(8)], systemRandom()).open("me", envelope)).toThrow(
      /secrets of 'me' cannot be opened by any of the 1 keys/,
    );
  });

  it("opens with every key it has, seals with the first, and seals anew what an earlier one sealed", async () => {
    const under = (...[first, ...others]: [number, ...number[]]) =>
      blobSecrets(access(), storageAccount, sealer([key(first), ...others.map(key)], systemRandom()));
    const values = new Map([["name", "value"]]);
    await under(21).put("rotated", values);
    await under(99).put("foreign", values);
    expect(await under(21).reseal()).toBeUndefined();
    await expect(under(22).get("rotated")).rejects.toThrow("cannot be opened");
    expect(await under(22, 21).get("rotated")).toEqual(values);
    const { resealed, unreadable } = (await under(22, 21).reseal())!;
    expect(resealed).toBe(1);
    expect(unreadable).toBeGreaterThanOrEqual(1);
    expect(await under(22).get("rotated")).toEqual(values);
    expect(await under(22, 21).reseal()).toMatchObject({ resealed: 0 });
    await under(22).remove("rotated");
    await under(99).remove("foreign");
  });
});

describe("a blob name with characters that XML cannot hold", () => {
  const key = new StorageSharedKeyCredential(storageAccount.name, storageAccount.key);
  const names = ["logs/a\u0001b.txt", "logs/folder\u0002/x", "logs/plain & <simple>.txt", "logs/z\uffff"];
  const container = async (name: string) => {
    const made = new BlobServiceClient(storage.blobUrl, key).getContainerClient(name);
    await made.createIfNotExists();
    for (const blob of names) await made.getBlockBlobClient(blob).upload("text", 4);
    return made;
  };

  it("is listed whole, in pages of one, by the genuine client", async () => {
    const made = await container("odd-names");
    const found: string[] = [];
    for await (const page of made.listBlobsFlat().byPage({ maxPageSize: 1 }))
      found.push(...page.segment.blobItems.map(({ name }) => name));
    expect(found).toEqual(names.toSorted());
  });

  it("does not keep the service from listing a directory, and its link reads the blob", async () => {
    await container("odd-outputs");
    const outputs = storageOutputFiles({
      blobs: access(),
      fileEndpointTemplate: template,
      credential,
      clock,
    });
    const place = {
      kind: "blob",
      accountName: storageAccount.name,
      accountKey: storageAccount.key,
      container: "odd-outputs",
      directory: "logs",
    } as const;
    const { items: files } = await outputs.list(place, { linkLifetimeMs: 60_000, page: { size: 100 } });
    expect(files.map(({ name, isDirectory }) => [name, isDirectory])).toEqual([
      ["a\u0001b.txt", false],
      ["folder\u0002", true],
      ["plain & <simple>.txt", false],
      ["z\uffff", false],
    ]);
    for (const { downloadUrl } of files.filter(({ isDirectory }) => !isDirectory))
      expect(await (await fetch(downloadUrl ?? "")).text()).toBe("text");
  });
});

describe("staging", () => {
  it("hands out links that read one file and nothing else, and removes by folder", async () => {
    const staging = blobStaging(access(), storageAccount);
    await staging.put([
      { path: "jobs/1/1/launch.sh", content: "#!/bin/sh\n" },
      { path: "jobs/1/1/launch-plan", content: "plan_end\n" },
      { path: "jobs/2/1/launch.sh", content: "other" },
    ]);
    const link = await staging.link("jobs/1/1/launch.sh", 60_000);
    expect(await (await fetch(link)).text()).toBe("#!/bin/sh\n");
    expect(
      (await fetch(link, { method: "PUT", body: "x", headers: { "x-ms-blob-type": "BlockBlob" } })).status,
    ).toBe(403);
    expect((await fetch(link.replace("launch.sh", "launch-plan"))).status).toBe(403);
    expect((await fetch(link.split("?")[0] ?? "")).status).not.toBe(200);
    await staging.removeAll("jobs/1/");
    expect((await fetch(link)).status).toBe(404);
    expect((await fetch(await staging.link("jobs/2/1/launch.sh", 60_000))).status).toBe(200);
  });

  it("removes nothing from a container that does not exist", async () => {
    const fresh = await startStorage();
    const other = blobAccess({
      endpointTemplate: fresh.blobUrl.replace(storageAccount.name, "{account}"),
      credential,
      clock,
    });
    await expect(blobStaging(other, storageAccount).removeAll("jobs/1/")).resolves.toBeUndefined();
    await fresh.dispose();
  });
});

const whole = { linkLifetimeMs: 60_000, page: { size: 1000 } };
/** The names on each page until there is no next one. */
async function inPages(files: OutputFiles, place: StoragePlace, size: number): Promise<string[][]> {
  const pages: string[][] = [];
  let continuation: string | undefined;
  do {
    const page = await files.list(place, { linkLifetimeMs: 60_000, page: { size, continuation } });
    pages.push(page.items.map(({ name, isDirectory }) => (isDirectory ? `${name}/` : name)));
    continuation = page.continuation;
  } while (continuation !== undefined);
  return pages;
}

describe("listing output files in a container", () => {
  const files = (blobs = access()) =>
    storageOutputFiles({
      blobs,
      fileEndpointTemplate: "http://127.0.0.1:1/{account}",
      credential,
      clock,
    });
  const place = (directory: string) => ({
    kind: "blob" as const,
    accountName: storageAccount.name,
    accountKey: storageAccount.key,
    container: "outputs",
    directory,
  });

  it("shows leaf names sorted, a directory once, and links that allow ranges", async () => {
    const key = new StorageSharedKeyCredential(storageAccount.name, storageAccount.key);
    const container = new BlobServiceClient(storage.blobUrl, key).getContainerClient("outputs");
    await container.createIfNotExists();
    const put = (name: string, text: string, metadata: Record<string, string> = {}) =>
      container.getBlockBlobClient(name).upload(text, text.length, { metadata });
    await put("run/stdout.txt", "hello world");
    await put("run/model", "", { hdi_isfolder: "true" });
    await put("run/model/weights.bin", "0123");
    await put("run/a.txt", "a");
    await put("running.txt", "not in the directory");
    const { items: listed } = await files().list(place("run"), whole);
    expect(listed.map(({ name, isDirectory, contentLength }) => [name, isDirectory, contentLength])).toEqual([
      ["a.txt", false, 1],
      ["model", true, undefined],
      ["stdout.txt", false, 11],
    ]);
    const url = listed[2]?.downloadUrl ?? "";
    const ranged = await fetch(url, { headers: { range: "bytes=6-" } });
    expect([ranged.status, await ranged.text()]).toEqual([206, "world"]);
    expect(listed[1]).not.toHaveProperty("downloadUrl");
  });

  it("in pages signs no link of another page, and shows a directory once though its marker was a page before", async () => {
    const key = new StorageSharedKeyCredential(storageAccount.name, storageAccount.key);
    const container = new BlobServiceClient(storage.blobUrl, key).getContainerClient("outputs");
    await container.createIfNotExists();
    const put = (name: string, metadata: Record<string, string> = {}) =>
      container.getBlockBlobClient(`paged/${name}`).upload("", 0, { metadata });
    await put("e", { hdi_isfolder: "true" });
    for (const name of ["e-1", "e-2", "e/inside", "f/inside", "g"]) await put(name);
    await put("h", { hdi_isfolder: "true" });
    const blobs = access();
    let links = 0;
    const counted: typeof blobs = {
      ...blobs,
      readLink: (...of) => {
        links += 1;
        return blobs.readLink(...of);
      },
    };
    for (const size of [1, 2, 3, 4, 1000]) {
      links = 0;
      expect((await inPages(files(counted), place("paged"), size)).flat()).toEqual([
        "e/",
        "e-1",
        "e-2",
        "f/",
        "g",
        "h/",
      ]);
      expect(links).toBe(3);
    }
  });

  it("goes with reading one of them from where somebody stopped, to its end and beyond", async () => {
    const read = async (name: string, offset: number, maxBytes = 100) => {
      const bytes = await files().read(place("run"), name, { offset, maxBytes });
      return bytes === undefined ? undefined : Buffer.from(bytes).toString();
    };
    expect(await read("stdout.txt", 0, 5)).toBe("hello");
    expect(await read("stdout.txt", 6)).toBe("world");
    expect(await read("stdout.txt", 11)).toBe("");
    expect(await read("absent.txt", 0)).toBeUndefined();
  });

  it("is empty before anything was written, and says which container does not exist", async () => {
    expect(await files().list(place("nothing/yet"), whole)).toEqual({ items: [] });
    await expect(files().list({ ...place(""), container: "absent" }, whole)).rejects.toMatchObject({
      code: "ResourceNotFound",
      message: expect.stringContaining("absent"),
    });
  });
});

describe("listing output files in a file share", () => {
  const account = storageAccount;
  const share = (directory: string, container = "results") => ({
    kind: "fileShare" as const,
    accountName: account.name,
    accountKey: account.key,
    container,
    directory,
  });

  it("shows what nodes wrote, with links that read and do not write", async () => {
    const shares = await startFileShares({
      dataDirectory: "memory",
      accounts: [account],
      port: 0,
      clock: systemClock(),
      random: systemRandom(),
      logger: silentLogger,
    });
    await shares.createShare(account.name, "results");
    const root = shares.shareRoot(account.name, "results") ?? "";
    await mkdir(join(root, "run/stdouterr/counters"), { recursive: true });
    await writeFile(join(root, "run/stdouterr/stdout.txt"), "hello world");
    const files = storageOutputFiles({
      blobs: access(),
      fileEndpointTemplate: `${shares.url}/{account}`,
      credential,
      clock,
    });
    const { items: listed } = await files.list(share("run/stdouterr"), whole);
    expect(listed.map(({ name, isDirectory, contentLength }) => [name, isDirectory, contentLength])).toEqual([
      ["counters", true, undefined],
      ["stdout.txt", false, 11],
    ]);
    const url = listed[1]?.downloadUrl ?? "";
    const ranged = await fetch(url, { headers: { range: "bytes=6-" } });
    expect([ranged.status, await ranged.text()]).toEqual([206, "world"]);
    expect((await fetch(url, { method: "DELETE" })).ok).toBe(false);
    expect(await inPages(files, share("run/stdouterr"), 1)).toEqual([["counters/"], ["stdout.txt"]]);
    expect(await files.list(share("run/none"), whole)).toEqual({ items: [] });
    const read = async (name: string, offset: number) => {
      const bytes = await files.read(share("run/stdouterr"), name, { offset, maxBytes: 100 });
      return bytes === undefined ? undefined : Buffer.from(bytes).toString();
    };
    expect([await read("stdout.txt", 6), await read("stdout.txt", 11)]).toEqual(["world", ""]);
    expect(await read("absent.txt", 0)).toBeUndefined();
    await expect(files.list(share("", "absent"), whole)).rejects.toMatchObject({
      code: "ResourceNotFound",
    });
    await shares.dispose();
  });
});
