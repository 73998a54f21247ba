import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ShareServiceClient, StorageSharedKeyCredential } from "@azure/storage-file-share";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { systemClock } from "../../../local/clock.ts";
import { startFileShares } from "../../../local/file-shares/index.ts";
import { silentLogger } from "../../../local/logger.ts";
import { systemRandom } from "../../../local/random.ts";
import { readListing } from "../../../services/azure/share-listing.ts";
import { storageOutputFiles } from "../../../services/azure/storage-output-files.ts";
import { storageAccount as account } from "../../support/app/storage.ts";

type Shares = Awaited<ReturnType<typeof startFileShares>>;
let shares: Shares;
beforeAll(async () => {
  shares = await startFileShares({
    dataDirectory: "memory",
    accounts: [account],
    port: 0,
    clock: systemClock(),
    random: systemRandom(),
    logger: silentLogger,
  });
  await shares.createShare(account.name, "results");
});
afterAll(() => shares.dispose());

const odd = [
  "a&b <c> \"d\" 'e'.txt",
  "bell\u0007.txt",
  "Größe 50%.txt",
  "plus+hash#question?.txt",
  "&amp;lt;.txt",
  "日本.txt",
  "😀.txt",
];

const files = () =>
  storageOutputFiles({
    blobs: {
      container: () => Promise.reject(new Error("no blobs here")),
      readLink: () => Promise.resolve(""),
      writeLink: () => Promise.resolve(""),
    },
    fileEndpointTemplate: `${shares.url}/{account}`,
    credential: { getToken: async () => null },
    clock: { now: () => Date.now(), sleep: async () => undefined },
  });
const place = (directory: string) => ({
  kind: "fileShare" as const,
  accountName: account.name,
  accountKey: account.key,
  container: "results",
  directory,
});

describe("what a file share lists", () => {
  it("is what Microsoft's client reads, names with every kind of character included, and its links open what they name", async () => {
    const root = join(shares.shareRoot(account.name, "results") ?? "", "run 1&2%");
    await mkdir(join(root, "folder <x>"), { recursive: true });
    for (const name of odd) await writeFile(join(root, name), name);
    await writeFile(Buffer.concat([Buffer.from(`${root}/`), Buffer.from([0x66, 0xff])]), "not UTF-8");
    await symlink("/etc/passwd", join(root, "way-out"));
    const listed = await files().list(place("run 1&2%"), { linkLifetimeMs: 60_000, page: { size: 1000 } });
    const client = new ShareServiceClient(
      `${shares.url}/${account.name}`,
      new StorageSharedKeyCredential(account.name, account.key),
    );
    const theirs: unknown[] = [];
    const directory = client.getShareClient("results").getDirectoryClient("run 1&2%");
    for await (const item of directory.listFilesAndDirectories({
      includeTimestamps: true,
      includeEtag: true,
    }))
      theirs.push({
        name: item.name,
        isDirectory: item.kind === "directory",
        lastModified: item.properties?.lastModified?.toISOString(),
        ...(item.kind === "file"
          ? { contentLength: item.properties.contentLength, etag: item.properties.etag }
          : {}),
      });
    const ours = listed.items.map(({ downloadUrl: _, ...file }) => file);
    const byName = (all: readonly unknown[]) =>
      (all as { name: string }[]).toSorted((a, b) => (a.name < b.name ? -1 : 1));
    expect(byName(ours)).toEqual(byName(theirs));
    expect(ours.map(({ name }) => name)).toEqual(expect.arrayContaining([...odd, "folder <x>", "f\ufffd"]));
    for (const { name, downloadUrl } of listed.items.filter((item) => odd.includes(item.name)))
      expect(await (await fetch(downloadUrl ?? "")).text()).toBe(name);
    expect(listed.items.find(({ name }) => name === "folder <x>")?.downloadUrl).toBeUndefined();
  });

  it("comes in pages that hold each name once, though links that lead out of the share are left out on the way", async () => {
    const root = join(shares.shareRoot(account.name, "results") ?? "", "many");
    await mkdir(root);
    const wanted = Array.from({ length: 150 }, (_, index) => `epoch-${String(index).padStart(3, "0")}`);
    for (const name of wanted) await writeFile(join(root, name), "");
    for (let index = 0; index < 150; index += 3)
      await symlink("/etc/passwd", join(root, `epoch-${String(index).padStart(3, "0")}-out`));
    const pages: string[][] = [];
    let continuation: string | undefined;
    do {
      const page = { size: 70, ...(continuation === undefined ? {} : { continuation }) };
      const read = await files().list(place("many"), { linkLifetimeMs: 60_000, page });
      pages.push(read.items.map(({ name }) => name));
      ({ continuation } = read);
    } while (continuation !== undefined);
    expect(pages.map(({ length }) => length)).toEqual([70, 70, 10]);
    expect(pages.flat()).toEqual(wanted);
  });

  it("may be asked for with a key that the account has no more: refused by name", async () => {
    const wrong = { ...place("many"), accountKey: Buffer.alloc(64, 1).toString("base64") };
    const asked = files().list(wrong, { linkLifetimeMs: 60_000, page: { size: 1 } });
    await expect(asked).rejects.toMatchObject({
      code: "InvalidState",
      message: expect.stringContaining("refused the stored key"),
    });
  });
});

describe("reading a list of a file share", () => {
  it("knows an empty one, characters by number, and what is no list at all", () => {
    const empty = "<EnumerationResults><Entries /><NextMarker /></EnumerationResults>";
    expect(readListing(empty)).toEqual({ entries: [], continuation: "" });
    const numbered =
      "<Entries><File><Name>a&#x20AC;&#233;&apos;&unknown;</Name><Properties><Content-Length>7</Content-Length></Properties></File></Entries><NextMarker>a&amp;b</NextMarker>";
    expect(readListing(numbered)).toEqual({
      entries: [{ name: "a€é'&unknown;", isDirectory: false, contentLength: 7, lastModified: undefined }],
      continuation: "a&b",
    });
    expect(() => readListing("<html>A proxy's page</html>")).toThrow("Not a list of a file share.");
  });
});
