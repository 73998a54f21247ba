// Shares over NFS: made by the genuine client in accounts that may have them, and mounted by nodes of a network by their names.
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ShareServiceClient, StorageSharedKeyCredential } from "@azure/storage-file-share";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { systemClock } from "../../../local/clock.ts";
import { type FileShares, startFileShares } from "../../../local/file-shares/index.ts";
import { silentLogger } from "../../../local/logger.ts";
import { type MountRequest, type Mounts, createMounts } from "../../../local/mounts/index.ts";
import { systemRandom } from "../../../local/random.ts";

const key = Buffer.alloc(64, 9).toString("base64");
const accounts = [
  { name: "premium", key, kind: "FileStorage" },
  { name: "standard", key, kind: "StorageV2" },
];
let folder: string;
let service: FileShares;
let mounts: Mounts;
const start = () =>
  startFileShares({
    dataDirectory: join(folder, "shares"),
    accounts,
    port: 0,
    clock: systemClock(),
    random: systemRandom(),
    logger: silentLogger,
  });
const clientOf = (account: string) =>
  new ShareServiceClient(`${service.url}/${account}`, new StorageSharedKeyCredential(account, key), {
    retryOptions: { maxTries: 1 },
  });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "nfs-shares-"));
  service = await start();
  mounts = createMounts({
    root: join(folder, "mounts"),
    accounts: accounts.map((one) => ({ ...one, blobUrl: "http://127.0.0.1:1" })),
    shareRoot: (account, share) => service.shareRoot(account, share),
    shareProtocol: (account, share) => service.protocolOf(account, share),
    clock: systemClock(),
    logger: silentLogger,
  });
  await clientOf("premium").createShare("plain");
});
afterAll(async () => {
  await mounts.close();
  await service.dispose();
  await rm(folder, { recursive: true, force: true });
});

const nfs = { protocols: { nfsEnabled: true } };
const target = () => join(folder, "node/fsmounts/nfs");
const asked = (source: string, more: object = {}): MountRequest => ({
  ...{ nodeId: "node", kind: "nfs", source, subnetId: "/subnets/a", target: target() },
  ...more,
});
const refusal = async (request: MountRequest) => {
  const answer = await mounts.attach(request);
  return answer.ok ? "mounted" : answer.message;
};

describe("a share over NFS", () => {
  it("is made in accounts of kind FileStorage alone, and remembered over a restart", async () => {
    await clientOf("premium").createShare("data", { ...nfs, quota: 100 });
    await expect(clientOf("standard").createShare("data", nfs)).rejects.toMatchObject({
      statusCode: 400,
      code: "InvalidHeaderValue",
    });
    await service.dispose();
    service = await start();
    const share = clientOf("premium").getShareClient("data");
    expect(await share.getProperties()).toMatchObject({ protocols: { nfsEnabled: true }, quota: 100 });
    await share.setQuota(200);
    const listed = new Map<string, unknown>();
    for await (const one of clientOf("premium").listShares()) listed.set(one.name, one.properties.protocols);
    expect(listed).toEqual(
      new Map([
        ["data", { nfsEnabled: true }],
        ["plain", { smbEnabled: true }],
      ]),
    );
  });

  it("is mounted by its name, whole or a folder of it, from a network", async () => {
    const root = service.shareRoot("premium", "data") ?? "";
    await mkdir(join(root, "deep"));
    await writeFile(join(root, "deep/a.txt"), "alpha");
    const source = "premium.file.core.windows.net:/premium/data";
    expect(mounts.serves("premium.file.core.windows.net")).toBe(true);
    expect(mounts.serves("files.example.com")).toBe(false);
    expect(await refusal(asked(source, { options: "-o vers=4,minorversion=1,sec=sys" }))).toBe("mounted");
    await writeFile(join(target(), "b.txt"), "beta");
    await mounts.detach("node");
    expect(await refusal(asked(`${source}/deep`))).toBe("mounted");
    expect(await readFile(join(target(), "a.txt"), "utf8")).toBe("alpha");
    await mounts.detach("node");
    expect((await readdir(root)).sort()).toEqual(["b.txt", "deep"]);
  });

  it("is refused as Azure Files refuses, with the reason", async () => {
    const at = "premium.file.core.windows.net:/premium";
    expect(await refusal(asked(`${at}/nowhere`))).toContain(
      "reason given by server: No such file or directory",
    );
    expect(await refusal(asked("stranger.file.core.windows.net:/stranger/data"))).toBe(
      "mount.nfs: Failed to resolve server stranger.file.core.windows.net: Name or service not known",
    );
    expect(mounts.serves("stranger.file.core.windows.net")).toBe(true);
    expect(await refusal(asked(`${at}/data/none`))).toContain("No such file or directory");
    expect(await refusal(asked(`${at}/data`, { subnetId: undefined }))).toMatch(
      /access denied by server .*: this node is in no virtual network/,
    );
    expect(await refusal(asked(`${at}/plain`))).toMatch(/access denied by server .*: it is a share over SMB/);
    expect(await refusal(asked("premium.file.core.windows.net:/standard/data"))).toContain("No such file");
    const smb = { nodeId: "node", kind: "azureFileShare", accountName: "premium", accountKey: key } as const;
    expect(await refusal({ ...smb, container: "data", target: target() })).toContain("is mounted over NFS");
  });
});
