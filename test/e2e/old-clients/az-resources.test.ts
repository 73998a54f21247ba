// What az 2.45 asks beyond Batch AI, at the same address: resource groups, providers, storage accounts and their keys, and
// `az storage file` on the local shares. Skipped where Debian's azure-cli is not installed. One story, as in az.test.ts.
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startLocal } from "../../../local/start.ts";
import type { LocalCloud } from "../../../local/start.ts";
import type { Ended } from "../../support/az-forks.ts";
import { createShare, until } from "../../support/batch-ai-client.ts";
import { azSession, hasAzBatchAI } from "../../support/old-clients.ts";
import type { AzSession } from "../../support/old-clients.ts";

const inLab = ["-g", "local", "-w", "lab"] as const;
const inExp = [...inLab, "-e", "exp"] as const;
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- what az prints; a wrong guess fails the test
type Printed = any;

describe.skipIf(!hasAzBatchAI)("az 2.45 beyond Batch AI (needs azure-cli)", () => {
  let cloud: LocalCloud;
  let session: AzSession;
  let folder: string;
  let stranger: Promise<Ended>;
  const json = async (...words: string[]): Promise<Printed> => {
    const { out, err, code } = await session.az(...words, "-o", "json");
    if (code !== 0) throw new Error(err);
    return out.trim() === "" ? undefined : JSON.parse(out);
  };
  const names = async (...words: string[]): Promise<string[]> =>
    ((await json(...words)) as { name: string }[]).map(({ name }) => name);

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "az-files-"));
    cloud = await startLocal({ data: "temporary" });
    await createShare(cloud);
    session = await azSession(cloud);
    // It tries again for a minute before it says so; the other commands need not wait for that.
    const { key } = cloud.description.storageAccount;
    stranger = session.az("storage", "share", "list", "--account-name", "nobodys", "--account-key", key);
  }, 240_000);
  afterAll(async () => {
    await session.dispose();
    await cloud.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  it("registers providers and shows them", async () => {
    for (const namespace of ["Microsoft.BatchAI", "Microsoft.Batch"]) {
      await json("provider", "register", "-n", namespace);
      expect(await json("provider", "show", "-n", namespace)).toMatchObject({
        namespace,
        registrationState: "Registered",
      });
    }
    expect((await session.az("provider", "show", "-n", "Microsoft.Nothing")).err).toContain(
      "has no resource provider",
    );
  });

  it("makes a resource group once, finds it, and deletes it with the workspaces in it", async () => {
    expect(await json("group", "exists", "-n", "trial")).toBe(false);
    expect(await json("group", "create", "-n", "trial", "-l", "local")).toMatchObject({
      name: "trial",
      location: "local",
    });
    expect(await json("group", "exists", "-n", "trial")).toBe(true);
    await json("batchai", "workspace", "create", "-g", "trial", "-n", "inside");
    expect(await names("group", "list")).toEqual(["local", "trial"]);
    await json("group", "delete", "-n", "trial", "-y");
    expect(await json("group", "exists", "-n", "trial")).toBe(false);
    expect(await json("batchai", "workspace", "list")).toEqual([]);
    expect((await session.az("group", "delete", "-n", "local", "-y")).err).toContain("own accounts");
  });

  it("makes a storage account, whose connection string works at once", async () => {
    await json("group", "create", "-n", "stores", "-l", "local");
    const free = await json("storage", "account", "check-name", "-n", "myaccount");
    expect(free).toMatchObject({ nameAvailable: true });
    const made = await json(
      "storage",
      "account",
      "create",
      "-g",
      "stores",
      "-n",
      "myaccount",
      "--sku",
      "Standard_LRS",
    );
    expect(made).toMatchObject({ name: "myaccount", resourceGroup: "stores", primaryLocation: "local" });
    expect(await json("storage", "account", "check-name", "-n", "myaccount")).toMatchObject({
      reason: "AlreadyExists",
    });
    const { connectionString } = await json(
      "storage",
      "account",
      "show-connection-string",
      "-n",
      "myaccount",
    );
    const there = ["--connection-string", connectionString as string];
    expect(await json("storage", "container", "create", "-n", "kept", ...there)).toEqual({ created: true });
    expect(await json("storage", "share", "create", "-n", "kept", ...there)).toEqual({ created: true });
    expect(await names("storage", "account", "list")).toContain("myaccount");
    await json("storage", "account", "delete", "-g", "stores", "-n", "myaccount", "-y");
    expect(await json("storage", "container", "exists", "-n", "kept", ...there)).toEqual({ exists: false });
    await json("group", "delete", "-n", "stores", "-y");
  });

  it("copies a folder to a share and back, and makes and lists directories", async () => {
    const { name, key } = cloud.description.storageAccount;
    const { file } = cloud.description.urls;
    const connection = `DefaultEndpointsProtocol=http;AccountName=${name};AccountKey=${key};FileEndpoint=${file}`;
    const there = ["--connection-string", connection];
    const data = join(folder, "data");
    await mkdir(join(data, "deep"), { recursive: true });
    await writeFile(join(data, "one.txt"), "1");
    await writeFile(join(data, "deep", "two words.txt"), "22");
    const inShare = ["-s", "results", ...there];
    const batch = ["--destination-path", "in", "-s", data, ...there];
    expect(await json("storage", "file", "upload-batch", "-d", "results", ...batch)).toHaveLength(2);
    expect(await json("storage", "file", "upload-batch", "-d", "results", ...batch)).toHaveLength(2);
    expect(await names("storage", "file", "list", "-p", "in", ...inShare)).toEqual(["deep", "one.txt"]);
    await json("storage", "directory", "create", "-n", "made", ...inShare);
    expect(await names("storage", "directory", "list", ...inShare)).toEqual(["in", "made"]);
    const back = join(folder, "back");
    await mkdir(back);
    await json("storage", "file", "download-batch", "-d", back, ...inShare);
    expect(await readFile(join(back, "in", "one.txt"), "utf8")).toBe("1");
    expect(await readFile(join(back, "in", "deep", "two words.txt"), "utf8")).toBe("22");
  });

  it("reaches a storage account by its name alone, blobs and files", async () => {
    const { name, key } = cloud.description.storageAccount;
    const by = ["--account-name", name, "--account-key", key];
    expect(await names("storage", "share", "list", ...by)).toContain("results");
    await json("storage", "container", "create", "-n", "by-name", ...by);
    await json(
      ...["storage", "blob", "upload", "-c", "by-name", "-n", "a b.txt", ...by],
      ...["-f", join(folder, "data", "one.txt")],
    );
    expect(await names("storage", "blob", "list", "-c", "by-name", ...by)).toEqual(["a b.txt"]);
  });

  // az 2.45 cannot make the account itself: it gives the name to its own library in a form that this no longer takes.
  it("row 72: mounts the auto storage account on every cluster, share and container made by az", async () => {
    await json("group", "create", "-n", "batchaiautostorage", "-l", "local");
    await json("storage", "account", "create", "-g", "batchaiautostorage", "-n", "bai0auto", "-l", "local");
    await json("batchai", "workspace", "create", "-g", "local", "-n", "auto");
    const cluster = (name: string) => [
      ...["batchai", "cluster", "create", "-g", "local", "-w", "auto", "-n", name, "--use-auto-storage"],
      ...["-s", "STANDARD_D1_V2", "-t", "0", "-u", "ada", "-p", "Correct-horse-7"],
    ];
    const first = await json(...cluster("first"));
    const mounts = first.nodeSetup.mountVolumes;
    expect(mounts.azureFileShares).toMatchObject([{ relativeMountPath: "autoafs" }]);
    expect(mounts.azureBlobFileSystems).toMatchObject([{ relativeMountPath: "autobfs" }]);
    const second = await json(...cluster("second"));
    for (const { nodeSetup } of [first, second])
      expect(nodeSetup.mountVolumes.azureFileShares[0].accountName).toBe("bai0auto");
    await json("batchai", "workspace", "delete", "-g", "local", "-n", "auto", "-y");
    await json("group", "delete", "-n", "batchaiautostorage", "-y");
  });

  it("row 71: looks up the key of the storage account that it is given by name", async () => {
    await json("batchai", "workspace", "create", ...inLab.slice(0, 2), "-n", "lab");
    await json("batchai", "experiment", "create", ...inLab, "-n", "exp");
    await json(
      ...[
        "batchai",
        "cluster",
        "create",
        ...inLab,
        "-n",
        "nodes",
        "-s",
        "STANDARD_D1_V2",
        "-t",
        "1",
        "-u",
        "ada",
      ],
      ...["-p", "Correct-horse-7"],
    );
    const path = join(folder, "job.json");
    const account = "<AZURE_BATCHAI_STORAGE_ACCOUNT>";
    const job = {
      nodeCount: 1,
      stdOutErrPathPrefix: "$AZ_BATCHAI_JOB_MOUNT_ROOT/own",
      customToolkitSettings: { commandLine: "echo kept > $AZ_BATCHAI_JOB_MOUNT_ROOT/own/kept.txt" },
      mountVolumes: {
        azureFileShares: [
          {
            azureFileUrl: `https://${account}.file.core.windows.net/results`,
            accountName: account,
            credentials: { accountKey: "<AZURE_BATCHAI_STORAGE_KEY>" },
            relativeMountPath: "own",
          },
        ],
      },
    };
    await writeFile(path, JSON.stringify({ properties: job }));
    const { name } = cloud.description.storageAccount;
    await json(
      ...["batchai", "job", "create", ...inExp, "-n", "keyless", "-c", "nodes", "-f", path],
      ...["--storage-account-name", name],
    );
    const ended = await until("the end of the job", async () => {
      const found = await json("batchai", "job", "show", ...inExp, "-n", "keyless");
      return ["succeeded", "failed"].includes(found.executionState as string) ? (found as object) : undefined;
    });
    expect(ended).toMatchObject({ executionState: "succeeded" });
  });

  it("says that there is no storage account of a name that nobody has", async () => {
    const { code, err } = await stranger;
    expect(code).not.toBe(0);
    expect(err).toContain("no storage account nobodys");
  });
});
