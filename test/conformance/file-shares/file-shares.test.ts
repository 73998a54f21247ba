// The genuine @azure/storage-file-share client against the local service, by account key and by SAS.
import { appendFile, mkdir, mkdtemp, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ShareClient } from "@azure/storage-file-share";
import {
  AccountSASPermissions,
  AccountSASResourceTypes,
  AccountSASServices,
  FileSASPermissions,
  ShareDirectoryClient,
  ShareFileClient,
  ShareSASPermissions,
  ShareServiceClient,
  StorageSharedKeyCredential,
  generateAccountSASQueryParameters,
  generateFileSASQueryParameters,
} from "@azure/storage-file-share";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { systemClock } from "../../../local/clock.ts";
import { type FileShares, startFileShares } from "../../../local/file-shares/index.ts";
import { openShareMetadata } from "../../../local/file-shares/store/share-metadata.ts";
import { silentLogger } from "../../../local/logger.ts";
import { systemRandom } from "../../../local/random.ts";

const account = { name: "batchaitest", key: Buffer.alloc(64, 9).toString("base64") };
const credential = new StorageSharedKeyCredential(account.name, account.key);
const clock = systemClock();
const soon = () => new Date(clock.now() + 600_000);
let folder: string;
let service: FileShares;
let client: ShareServiceClient;
let share: ShareClient;
let root: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "shares-"));
  service = await startFileShares({
    dataDirectory: folder,
    accounts: [account],
    port: 0,
    clock,
    random: systemRandom(),
    logger: silentLogger,
  });
  client = new ShareServiceClient(`${service.url}/${account.name}`, credential, {
    retryOptions: { maxTries: 1 },
  });
  share = client.getShareClient("results");
  await share.create({ quota: 7, metadata: { team: "vision" } });
  root = service.shareRoot(account.name, "results") ?? "";
});
afterAll(async () => {
  await service.dispose();
  await rm(folder, { recursive: true, force: true });
});

async function text(file: ShareFileClient, offset = 0, count?: number): Promise<string> {
  const response = await file.download(offset, count);
  const chunks: Buffer[] = [];
  for await (const chunk of response.readableStreamBody as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
const code = (error: unknown) => {
  const { statusCode, code } = error as { statusCode?: number; code?: string };
  return `${statusCode} ${code}`;
};
async function failure(action: Promise<unknown>): Promise<string> {
  return action.then(() => "no failure", code);
}

describe("shares", () => {
  it("are created, listed with properties and metadata, and deleted with all they hold", async () => {
    const other = client.getShareClient("other-share");
    await other.create();
    await other.createDirectory("a");
    const shares = [];
    for await (const item of client.listShares({ includeMetadata: true })) shares.push(item);
    expect(shares.map((item) => item.name)).toEqual(["other-share", "results"]);
    expect(shares[1]).toMatchObject({ metadata: { team: "vision" }, properties: { quota: 7 } });
    const properties = await share.getProperties();
    expect(properties).toMatchObject({ quota: 7, metadata: { team: "vision" } });
    expect(await failure(other.create())).toBe("409 ShareAlreadyExists");
    await other.delete();
    expect(await failure(other.getProperties())).toBe("404 ShareNotFound");
    expect(await failure(client.getShareClient("Bad_Name").create())).toBe("400 InvalidResourceName");
  });

  it("remember quota and metadata over a restart", async () => {
    await share.setMetadata({ team: "speech" });
    const again = await startFileShares({
      dataDirectory: folder,
      accounts: [account],
      port: 0,
      clock,
      random: systemRandom(),
      logger: silentLogger,
    });
    const second = new ShareServiceClient(`${again.url}/${account.name}`, credential).getShareClient(
      "results",
    );
    expect(await second.getProperties()).toMatchObject({ quota: 7, metadata: { team: "speech" } });
    await again.dispose();
  });
});

describe("directories and files", () => {
  it("are written in ranges, read whole and in part, resized and cleared", async () => {
    const directory = share.getDirectoryClient("train");
    await directory.create();
    const file = directory.getFileClient("model.bin");
    const content = Buffer.alloc(5 * 2 ** 20 + 11, "abcdefghij");
    await file.uploadData(content, {
      fileHttpHeaders: { fileContentType: "application/x-model" },
      metadata: { n: "1" },
    });
    expect(await file.getProperties()).toMatchObject({
      contentLength: content.length,
      contentType: "application/x-model",
      metadata: { n: "1" },
    });
    expect((await file.downloadToBuffer()).equals(content)).toBe(true);
    expect(await text(file, 10, 10)).toBe("abcdefghij");
    await file.resize(20);
    await file.clearRange(0, 10);
    expect(await text(file)).toBe("\0".repeat(10) + "abcdefghij");
    expect(await failure(file.uploadRange("x".repeat(11), 10, 11))).toBe("416 InvalidRange");
    expect(await failure(file.download(20, 5))).toBe("416 InvalidRange");
    const ranges = await file.getRangeList();
    expect(ranges.rangeList).toEqual([{ start: 0, end: 19 }]);
  });

  it("upload from a stream and download to a file as the client's helpers do", async () => {
    const local = join(folder, "upload.txt");
    await writeFile(local, "line\n".repeat(1000));
    const file = share.rootDirectoryClient.getFileClient("upload.txt");
    await file.uploadFile(local);
    expect(await text(file)).toBe("line\n".repeat(1000));
    await file.create(0);
    expect(await text(file)).toBe("");
  });

  it("list by page and prefix, with odd names, timestamps and sizes", async () => {
    const directory = share.getDirectoryClient("listing");
    await directory.create();
    for (const name of ["a & b.txt", "größe", "plain", "quote'd", "zeta"])
      await directory.getFileClient(name).create(3);
    await mkdir(join(root, "listing", "sub"));
    await writeFile(join(root, "listing", "control\u0001"), "x");
    const pages: string[][] = [];
    for await (const page of directory
      .listFilesAndDirectories({ includeTimestamps: true, includeEtag: true })
      .byPage({ maxPageSize: 3 }))
      pages.push([...page.segment.fileItems, ...page.segment.directoryItems].map((item) => item.name));
    expect(pages.map((page) => page.length)).toEqual([3, 3, 1]);
    expect(pages.flat().sort()).toEqual(
      ["a & b.txt", "control\u0001", "größe", "plain", "quote'd", "sub", "zeta"].sort(),
    );
    const found = [];
    for await (const item of directory.listFilesAndDirectories({ prefix: "pl" })) found.push(item);
    expect(found).toMatchObject([{ kind: "file", name: "plain", properties: { contentLength: 3 } }]);
    expect(await failure(directory.delete())).toBe("409 DirectoryNotEmpty");
  });

  it("show a file that a job is appending to with its true length at once", async () => {
    const path = join(root, "stdout.txt");
    const file = share.rootDirectoryClient.getFileClient("stdout.txt");
    await writeFile(path, "epoch 1\n");
    expect(await text(file)).toBe("epoch 1\n");
    await appendFile(path, "epoch 2\n");
    const response = await file.download(8);
    expect(response._response.status).toBe(206);
    expect(response.contentRange).toBe("bytes 8-15/16");
    expect(await text(file, 8)).toBe("epoch 2\n");
    expect((await file.getProperties()).contentLength).toBe(16);
  });

  it("are renamed, replaced and deleted", async () => {
    // The client's own rename() drops the account from path-style addresses, so the request is made by hand.
    const sas = generateFileSASQueryParameters(
      { shareName: "results", permissions: ShareSASPermissions.parse("rcw"), expiresOn: soon() },
      credential,
    ).toString();
    const url = `${service.url}/${account.name}/results`;
    const rename = async (more: Record<string, string> = {}) => {
      const headers = { "x-ms-file-rename-source": `${url}/before.txt`, ...more };
      return (await fetch(`${url}/after.txt?comp=rename&${sas}`, { method: "PUT", headers })).status;
    };
    const file = share.rootDirectoryClient.getFileClient("before.txt");
    const renamed = share.rootDirectoryClient.getFileClient("after.txt");
    // By the name that the header of an answer to a change has; of metadata nothing is told back.
    const made = await file.create(1, { metadata: { kept: "yes" } });
    expect(made).toMatchObject({ isServerEncrypted: false });
    expect(made._response.headers.get("x-ms-meta-kept")).toBeUndefined();
    expect(await rename()).toBe(200);
    expect((await renamed.getProperties()).metadata).toEqual({ kept: "yes" });
    expect(await failure(file.getProperties())).toMatch(/^404/);
    await file.create(1);
    expect(await rename()).toBe(409);
    expect(await rename({ "x-ms-file-rename-replace-if-exists": "true" })).toBe(200);
    await renamed.delete();
    expect(await failure(renamed.delete())).toBe("404 ResourceNotFound");
    expect(await failure(share.getDirectoryClient("no/where").create())).toBe("404 ParentNotFound");
    expect(await failure(share.getDirectoryClient("train").create())).toBe("409 ResourceAlreadyExists");
  });
});

describe("shared access signatures", () => {
  const sign = (permissions: string, filePath?: string, expiresOn = soon(), more: object = {}) =>
    generateFileSASQueryParameters(
      {
        shareName: "results",
        ...(filePath === undefined
          ? { permissions: ShareSASPermissions.parse(permissions) }
          : { filePath, permissions: FileSASPermissions.parse(permissions) }),
        expiresOn,
        ...more,
      },
      credential,
    ).toString();
  const fileAt = (path: string, sas: string) =>
    new ShareFileClient(`${service.url}/${account.name}/results/${path}?${sas}`, undefined, {
      retryOptions: { maxTries: 1 },
    });

  it("open one file, or a whole share, for what they permit and as long as they last", async () => {
    await mkdir(join(root, "deep dir"), { recursive: true });
    await writeFile(join(root, "deep dir", "log 1.txt"), "hello");
    const encoded = "deep%20dir/log%201.txt";
    expect(await text(fileAt(encoded, sign("r", "deep dir/log 1.txt")))).toBe("hello");
    expect(await text(fileAt(encoded, sign("rl")))).toBe("hello");
    const tail = await fetch(
      `${service.url}/${account.name}/results/${encoded}?${sign("r", "deep dir/log 1.txt")}`,
      {
        headers: { range: "bytes=2-" },
      },
    );
    expect([tail.status, await tail.text()]).toEqual([206, "llo"]);
    expect(await failure(fileAt(encoded, sign("r", "other.txt")).download())).toBe(
      "403 AuthenticationFailed",
    );
    expect(await failure(fileAt(encoded, sign("l")).download())).toBe("403 AuthorizationPermissionMismatch");
    expect(await failure(fileAt(encoded, sign("r")).delete())).toBe("403 AuthorizationPermissionMismatch");
    const past = new Date(clock.now() - 1000);
    expect(await failure(fileAt(encoded, sign("r", undefined, past)).download())).toBe(
      "403 AuthenticationFailed",
    );
    const tampered = sign("r").replace("sp=r", "sp=rwd");
    expect(await failure(fileAt(encoded, tampered).download())).toBe("403 AuthenticationFailed");
  });

  it("carry response headers, protocols and addresses", async () => {
    const sas = sign("r", undefined, soon(), { contentDisposition: "attachment", contentType: "text/plain" });
    const response = await fetch(`${service.url}/${account.name}/results/stdout.txt?${sas}`);
    expect(response.headers.get("content-type")).toBe("text/plain");
    expect(response.headers.get("content-disposition")).toBe("attachment");
    const elsewhere = sign("r", undefined, soon(), { ipRange: { start: "10.0.0.1", end: "10.0.0.9" } });
    expect(await failure(fileAt("stdout.txt", elsewhere).download())).toBe(
      "403 AuthorizationSourceIPMismatch",
    );
    const here = sign("r", undefined, soon(), { ipRange: { start: "127.0.0.1" } });
    expect(await text(fileAt("stdout.txt", here))).toContain("epoch 1");
  });

  it("of the account work on shares too, within their services, types and permissions", async () => {
    const accountSas = (permissions: string, services: string, types: string) =>
      generateAccountSASQueryParameters(
        {
          expiresOn: soon(),
          permissions: AccountSASPermissions.parse(permissions),
          services: AccountSASServices.parse(services).toString(),
          resourceTypes: AccountSASResourceTypes.parse(types).toString(),
        },
        credential,
      ).toString();
    const at = (sas: string) =>
      new ShareServiceClient(`${service.url}/${account.name}?${sas}`, undefined, {
        retryOptions: { maxTries: 1 },
      });
    const names = async (sas: string) => {
      const found = [];
      for await (const item of at(sas).listShares()) found.push(item.name);
      return found;
    };
    expect(await names(accountSas("rl", "f", "s"))).toEqual(["results"]);
    expect(await failure(names(accountSas("rl", "b", "s")))).toBe("403 AuthorizationServiceMismatch");
    expect(await failure(names(accountSas("rl", "f", "o")))).toBe("403 AuthorizationResourceTypeMismatch");
    expect(await failure(names(accountSas("r", "f", "s")))).toBe("403 AuthorizationPermissionMismatch");
  });
});

describe("what must not work", () => {
  it("refuses strangers, wrong keys and unknown accounts before looking at anything", async () => {
    const url = `${service.url}/${account.name}/results/stdout.txt`;
    expect((await fetch(url)).status).toBe(401);
    const wrong = new StorageSharedKeyCredential(account.name, Buffer.alloc(64, 1).toString("base64"));
    const once = { retryOptions: { maxTries: 1 } };
    expect(await failure(new ShareFileClient(url, wrong, once).download())).toBe("403 AuthenticationFailed");
    const stranger = new StorageSharedKeyCredential("stranger", account.key);
    const foreign = `${service.url}/stranger/results`;
    expect(await failure(new ShareDirectoryClient(foreign, stranger, once).exists())).toBe(
      "403 AuthenticationFailed",
    );
  });

  it("never leaves the share: not by dots, not by links", async () => {
    await writeFile(join(folder, "secret.txt"), "secret");
    await symlink(join(folder, "secret.txt"), join(root, "link.txt"));
    await symlink(folder, join(root, "way-out"));
    await symlink("stdout.txt", join(root, "inner.txt"));
    const files = share.rootDirectoryClient;
    expect(await failure(files.getFileClient("link.txt").download())).toBe("404 ResourceNotFound");
    expect(await failure(share.getDirectoryClient("way-out").getFileClient("secret.txt").download())).toBe(
      "404 ParentNotFound",
    );
    expect(await failure(share.getDirectoryClient("way-out").createFile("new.txt", 1))).toBe(
      "404 ParentNotFound",
    );
    expect(await text(files.getFileClient("inner.txt"))).toContain("epoch 1");
    const listed = [];
    for await (const item of files.listFilesAndDirectories()) listed.push(item.name);
    expect(listed).toContain("inner.txt");
    expect(listed).not.toContain("link.txt");
    const sas = generateFileSASQueryParameters(
      { shareName: "results", permissions: ShareSASPermissions.parse("rcwdl"), expiresOn: soon() },
      credential,
    ).toString();
    for (const path of ["%2e%2e/secret.txt", "%2e%2e%2fsecret.txt", "a%00b"]) {
      const response = await fetch(`${service.url}/${account.name}/results/x/..%2f..%2f${path}?${sas}`);
      expect(response.status).toBe(400);
    }
  });

  it("says which operations do not exist here", async () => {
    expect(await failure(share.createSnapshot())).toBe("400 FeatureNotSupported");
    expect(await failure(share.getPermission("x"))).toBe("400 FeatureNotSupported");
    expect(await failure(share.getShareLeaseClient("0".repeat(32)).acquireLease(-1))).toBe(
      "400 FeatureNotSupported",
    );
    const file = share.rootDirectoryClient.getFileClient("copy.txt");
    expect(await failure(file.startCopyFromURL("https://example.org/x"))).toBe("400 FeatureNotSupported");
    expect(await failure(file.create(1, { lastWriteTime: new Date(0) }))).toBe("400 FeatureNotSupported");
    expect(await failure(file.create(1, { leaseAccessConditions: { leaseId: "x" } }))).toBe(
      "412 LeaseNotPresentWithFileOperation",
    );
  });
});

describe("what strangers send", () => {
  const asked = (path: string, permissions: string, filePath?: string) => {
    const sas = generateFileSASQueryParameters(
      {
        shareName: "results",
        ...(filePath === undefined ? {} : { filePath }),
        permissions:
          filePath === undefined
            ? ShareSASPermissions.parse(permissions)
            : FileSASPermissions.parse(permissions),
        expiresOn: soon(),
      },
      credential,
    );
    return `${service.url}/${account.name}/results/${path}${path.includes("?") ? "&" : "?"}${sas.toString()}`;
  };

  it("may be a path in one encoded segment, and a listing that asks for permission keys", async () => {
    await mkdir(join(root, "deep", "er"), { recursive: true });
    await writeFile(join(root, "deep", "er", "file.txt"), "found");
    expect(await (await fetch(asked("deep%2Fer%2Ffile.txt", "r"))).text()).toBe("found");
    const listing = "deep%2Fer?restype=directory&comp=list&include=Timestamps,Etag,Attributes,PermissionKey";
    expect(await (await fetch(asked(listing, "l"))).text()).toContain("<Name>file.txt</Name>");
  });

  it("never opens by a rename what the signature is not for", async () => {
    await writeFile(join(root, "private.txt"), "private");
    const source = `${service.url}/${account.name}/results/private.txt`;
    const rename = async (from: string, target: string) =>
      (await fetch(target, { method: "PUT", headers: { "x-ms-file-rename-source": from } })).status;
    const target = asked("mine.txt?comp=rename", "rw", "mine.txt");
    expect(await rename(source, target)).toBe(403);
    expect(await rename(asked("private.txt", "r", "private.txt"), target)).toBe(403);
    expect(await rename(`${source}%zz`, target)).toBe(400);
    expect(await rename(asked("private.txt", "w", "private.txt"), target)).toBe(200);
    expect(
      await rename(`${service.url}/${account.name}/results/mine.txt`, asked("back.txt?comp=rename", "rw")),
    ).toBe(200);
  });

  it("clears what holds nothing without filling the disk", async () => {
    const file = share.rootDirectoryClient.getFileClient("sparse.bin");
    await file.create(1 << 30);
    await file.uploadRange(Buffer.from("data"), 1 << 20, 4);
    await file.clearRange(0, 1 << 30);
    expect((await stat(join(root, "sparse.bin"))).blocks * 512).toBeLessThan(1 << 22);
    expect(await text(file, 1 << 20, 4)).toBe("\0\0\0\0");
  });

  it("lists a name that is no UTF-8, which a job can give", async () => {
    await mkdir(join(root, "odd"));
    await writeFile(Buffer.concat([Buffer.from(`${root}/odd/`), Buffer.from([0x61, 0xff, 0x62])]), "content");
    const names: string[] = [];
    for await (const { name } of share.getDirectoryClient("odd").listFilesAndDirectories()) names.push(name);
    expect(names).toEqual(["a\ufffdb"]);
  });

  it("keeps notes of many files by a line each, over restarts and torn lines", async () => {
    const notes = openShareMetadata(join(folder, "notes.jsonl"));
    const note = (inode: number) => ({ inode: String(inode), headers: { "content-type": "text/plain" } });
    const size = async () => (await stat(join(folder, "notes.jsonl"))).size;
    await notes.write("0", note(0));
    const line = await size();
    for (let file = 1; file < 10; file += 1) await notes.write(String(file), note(file));
    expect(await size()).toBe(10 * line);
    await notes.move("9", "moved");
    await notes.forget("8");
    await appendFile(join(folder, "notes.jsonl"), '{"write":"torn","no');
    const again = openShareMetadata(join(folder, "notes.jsonl"));
    expect(await again.read("moved", "9")).toEqual(note(9));
    expect(await again.read("8", "8")).toBeUndefined();
    expect(await again.read("torn", "1")).toBeUndefined();
    await again.write("after", note(5));
    expect(await openShareMetadata(join(folder, "notes.jsonl")).read("after", "5")).toEqual(note(5));
  });
});
