// What clients rely on beyond the operations: azure-storage-file 1.3.0 ends on a lease that it does not know, and az asks
// whether each file that it uploaded is a directory.
import type { ShareClient } from "@azure/storage-file-share";
import {
  AccountSASPermissions,
  AccountSASResourceTypes,
  AccountSASServices,
  ShareServiceClient,
  StorageSharedKeyCredential,
  generateAccountSASQueryParameters,
} from "@azure/storage-file-share";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { systemClock } from "../../../local/clock.ts";
import { type FileShares, startFileShares } from "../../../local/file-shares/index.ts";
import { silentLogger } from "../../../local/logger.ts";
import { systemRandom } from "../../../local/random.ts";

const account = { name: "batchaitest", key: Buffer.alloc(64, 9).toString("base64") };
const clock = systemClock();
let service: FileShares;
let share: ShareClient;
let sas: string;

beforeAll(async () => {
  service = await startFileShares({
    dataDirectory: "memory",
    accounts: [account],
    port: 0,
    clock,
    random: systemRandom(),
    logger: silentLogger,
  });
  const credential = new StorageSharedKeyCredential(account.name, account.key);
  share = new ShareServiceClient(`${service.url}/${account.name}`, credential).getShareClient("results");
  await share.create();
  await share.rootDirectoryClient.getFileClient("log.txt").create(3);
  sas = generateAccountSASQueryParameters(
    {
      expiresOn: new Date(clock.now() + 600_000),
      permissions: AccountSASPermissions.parse("rl"),
      resourceTypes: AccountSASResourceTypes.parse("sco").toString(),
      services: AccountSASServices.parse("f").toString(),
      version: "2018-11-09",
    },
    credential,
  ).toString();
});
afterAll(() => service.dispose());

const ask = (path: string, method: string, version?: string) =>
  fetch(`${service.url}/${account.name}${path}${path.includes("?") ? "&" : "?"}${sas}`, {
    method,
    headers: version === undefined ? {} : { "x-ms-version": version },
  });
const leasesOf = async (path: string, version?: string, method = "HEAD") => {
  const response = await ask(path, method, version);
  expect(response.status).toBe(200);
  await response.arrayBuffer();
  return [...response.headers.keys()].filter((name) => name.startsWith("x-ms-lease"));
};
const both = ["x-ms-lease-state", "x-ms-lease-status"];

describe("leases", () => {
  it("of files are seen from 2019-02-02 on, in properties and with the content", async () => {
    for (const method of ["HEAD", "GET"]) {
      expect(await leasesOf("/results/log.txt", "2018-11-09", method)).toEqual([]);
      expect((await leasesOf("/results/log.txt", "2019-02-02", method)).sort()).toEqual(both);
    }
  });

  it("of shares are seen from 2020-02-10 on, in properties and in the list", async () => {
    const list = async (version: string) => (await ask("/?comp=list", "GET", version)).text();
    expect(await leasesOf("/results?restype=share", "2019-12-12")).toEqual([]);
    expect((await leasesOf("/results?restype=share", "2020-02-10")).sort()).toEqual(both);
    expect(await list("2019-12-12")).not.toContain("Lease");
    expect(await list("2020-02-10")).toContain("<LeaseState>available</LeaseState>");
  });

  it("are those of the signature's version where the request names none", async () => {
    expect(await leasesOf("/results/log.txt")).toEqual([]);
  });
});

describe("files and directories", () => {
  const codeOf = (action: Promise<unknown>) =>
    action.then(
      () => "no failure",
      (error: { statusCode?: number; code?: string }) => `${error.statusCode} ${error.code}`,
    );

  it("are not found as what they are not, and not taken for it", async () => {
    const kinds = share.getDirectoryClient("kinds");
    await kinds.create();
    const { fileClient: file } = await kinds.createFile("file", 1);
    const fileAsDirectory = share.getDirectoryClient("kinds/file");
    const directoryAsFile = share.rootDirectoryClient.getFileClient("kinds");
    expect([await kinds.exists(), await file.exists()]).toEqual([true, true]);
    expect([await fileAsDirectory.exists(), await directoryAsFile.exists()]).toEqual([false, false]);
    expect(await codeOf(fileAsDirectory.getProperties())).toBe("404 ResourceNotFound");
    expect(await codeOf(fileAsDirectory.delete())).toBe("409 ResourceTypeMismatch");
    expect(await codeOf(directoryAsFile.create(1))).toBe("409 ResourceTypeMismatch");
  });
});
