// Files that come and go in the name of an identity, headers of uploads, auto-storage and logs, with a real Azurite.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { BlobServiceClient } from "@azure/storage-blob";
import type { ContainerClient } from "@azure/storage-blob";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createProcessExecutor } from "../../../local/batch-emulator/agent/process-executor.ts";
import { createStorageAccess } from "../../../local/batch-emulator/agent/storage-access.ts";
import { systemClock } from "../../../local/clock.ts";
import { silentLogger } from "../../../local/logger.ts";
import { createMounts } from "../../../local/mounts/index.ts";
import { seededRandom } from "../../../local/random.ts";
import { startAzurite } from "../../../local/storage/index.ts";
import type { Azurite } from "../../../local/storage/index.ts";
import { eventually, linuxPool, underTest } from "./emulator-under-test.ts";
import type { UnderTest } from "./emulator-under-test.ts";

const own = { name: "teststorage", key: Buffer.alloc(64, 9).toString("base64") };
const identity =
  "/subscriptions/s/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/reader";
let folder: string;
let azurite: Azurite;
let box: ContainerClient;
let t: UnderTest;
let close: () => Promise<void>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "batch-storage-"));
  azurite = await startAzurite({
    dataDirectory: "memory",
    account: own,
    logger: silentLogger,
    childFile: fileURLToPath(new URL("../../../dist/local/azurite.mjs", import.meta.url)),
  });
  box = BlobServiceClient.fromConnectionString(azurite.connectionString).getContainerClient("box");
  await box.create();
  await box.getBlockBlobClient("in/a.txt").uploadData(Buffer.from("from a"));
  const account = { ...own, blobUrl: azurite.blobUrl };
  const storage = createStorageAccess(account, systemClock());
  const mounts = createMounts({
    root: join(folder, "mounts"),
    accounts: [account],
    shareRoot: () => undefined,
    clock: systemClock(),
    logger: silentLogger,
  });
  const executor = createProcessExecutor({
    stateDirectory: join(folder, "launches"),
    clock: systemClock(),
    random: seededRandom(3),
    logger: silentLogger,
    storage,
  });
  t = await underTest({ executor, storage, mounts });
  close = async () => {
    await t.emulator.dispose();
    await mounts.close();
  };
  await t.arm.poolOperations.create("local", "devbatch", "known", {
    vmSize: "STANDARD_D2S_V3",
    deploymentConfiguration: {
      virtualMachineConfiguration: {
        imageReference: linuxPool.virtualMachineConfiguration.imageReference,
        nodeAgentSkuId: linuxPool.virtualMachineConfiguration.nodeAgentSKUId,
      },
    },
    scaleSettings: { fixedScale: { targetDedicatedNodes: 1 } },
    identity: { type: "UserAssigned", userAssignedIdentities: { [identity]: {} } },
    startTask: { commandLine: "/bin/echo started" },
    mountConfiguration: [
      {
        azureBlobFileSystemConfiguration: {
          accountName: own.name,
          containerName: "box",
          relativeMountPath: "box",
          identityReference: { resourceId: identity },
        },
      },
    ],
  });
  await t.batch.job.add({ id: "j", poolInfo: { poolId: "known" } });
}, 60_000);
afterAll(async () => {
  await close();
  await azurite.dispose();
  await rm(folder, { recursive: true, force: true });
  expect(t.errors).toEqual([]);
});

const completed = (task: string) =>
  eventually(
    () => t.batch.task.get("j", task),
    (one) => one.state === "completed",
  );
const reference = { identityReference: { resourceId: identity } };

test("files are fetched and uploaded in the name of the pool's identity, with the headers asked for", async () => {
  await t.batch.task.add("j", {
    id: "files",
    commandLine:
      "/bin/sh -c 'cat one/a.txt two/in/a.txt auto/in/a.txt $AZ_BATCH_NODE_MOUNTS_DIR/box/in/a.txt > all.html'",
    resourceFiles: [
      { httpUrl: `${box.url}/in/a.txt`, filePath: "one/a.txt", ...reference },
      { storageContainerUrl: box.url, filePath: "two", blobPrefix: "in/", ...reference },
      { autoStorageContainerName: "box", filePath: "auto", blobPrefix: "in/" },
    ],
    outputFiles: [
      {
        filePattern: "*.html",
        destination: {
          container: {
            containerUrl: box.url,
            path: "out",
            uploadHeaders: [
              { name: "x-ms-blob-content-type", value: "text/html" },
              { name: "x-ms-blob-content-encoding", value: "identity" },
              { name: "x-ms-meta-origin", value: "here" },
            ],
            ...reference,
          },
        },
        uploadOptions: { uploadCondition: "tasksuccess" },
      },
    ],
  });
  const task = await completed("files");
  expect(task.executionInfo?.failureInfo).toBeUndefined();
  const blob = box.getBlockBlobClient("out/all.html");
  expect((await blob.downloadToBuffer()).toString()).toBe("from a".repeat(4));
  const properties = await blob.getProperties();
  expect(properties).toMatchObject({
    contentType: "text/html",
    contentEncoding: "identity",
    metadata: { origin: "here" },
  });
});

test("what a task leaves is uploaded as its outcome says: always, or upon failure", async () => {
  const { ContainerSASPermissions } = await import("@azure/storage-blob");
  const containerUrl = await box.generateSasUrl({
    permissions: ContainerSASPermissions.parse("racwl"),
    expiresOn: new Date(Date.now() + 600_000),
  });
  const upload = (id: string, name: string, uploadCondition: "taskcompletion" | "taskfailure") => ({
    filePattern: `../${name}.txt`,
    destination: { container: { containerUrl, path: `${id}/${name}.txt` } },
    uploadOptions: { uploadCondition },
  });
  const task = (id: string, commandLine: string) => ({
    id,
    commandLine,
    outputFiles: [upload(id, "stdout", "taskcompletion"), upload(id, "stderr", "taskfailure")],
  });
  const uploaded = async (name: string) => (await box.getBlockBlobClient(name).downloadToBuffer()).toString();
  await t.batch.task.add("j", task("fine", "/bin/sh -c 'echo hello'"));
  await t.batch.task.add("j", task("bad", "/bin/sh -c 'no-such-command'"));
  expect((await completed("fine")).executionInfo).toMatchObject({ result: "success" });
  expect(await uploaded("fine/stdout.txt")).toBe("hello\n");
  expect(await box.getBlockBlobClient("fine/stderr.txt").exists()).toBe(false);
  expect((await completed("bad")).executionInfo).toMatchObject({
    result: "failure",
    failureInfo: { category: "UserError", code: "FailureExitCode" },
  });
  expect(await uploaded("bad/stderr.txt")).toContain("not found");
});

test("without the identity the storage is closed; one that the pool does not have is refused", async () => {
  await t.batch.task.add("j", {
    id: "closed",
    commandLine: "/bin/true",
    resourceFiles: [{ httpUrl: `${box.url}/in/a.txt`, filePath: "a" }],
  });
  const task = await completed("closed");
  expect(task.executionInfo?.failureInfo?.code).toMatch(/^Blob(AccessDenied|NotFound)$/);
  const foreign = {
    id: "foreign",
    commandLine: "/bin/true",
    resourceFiles: [
      { httpUrl: `${box.url}/in/a.txt`, filePath: "a", identityReference: { resourceId: `${identity}2` } },
    ],
  };
  await expect(t.batch.task.add("j", foreign)).rejects.toMatchObject({
    code: "InvalidPropertyValue",
    body: {
      values: expect.arrayContaining([{ key: "PropertyName", value: "identityReference" }]) as unknown,
    },
  });
});

test("a header that uploads do not pass on is refused", async () => {
  const upload = {
    filePattern: "*",
    destination: {
      container: { containerUrl: box.url, uploadHeaders: [{ name: "x-ms-lease-id", value: "1" }] },
    },
    uploadOptions: { uploadCondition: "taskcompletion" as const },
  };
  await expect(
    t.batch.task.add("j", { id: "header", commandLine: "/bin/true", outputFiles: [upload] }),
  ).rejects.toMatchObject({ code: "InvalidPropertyValue" });
});

test("a node's log is really uploaded to the given container", async () => {
  const [node] = await t.batch.computeNode.list("known");
  const sas = await box.generateSasUrl({
    permissions: (await import("@azure/storage-blob")).ContainerSASPermissions.parse("racwl"),
    expiresOn: new Date(Date.now() + 600_000),
  });
  const startTime = new Date(Date.now() - 3_600_000);
  const result = await t.batch.computeNode.uploadBatchServiceLogs("known", node?.id ?? "", {
    containerUrl: sas,
    startTime,
  });
  expect(result.numberOfFilesUploaded).toBe(3);
  await eventually(
    () => box.getBlockBlobClient(`${result.virtualDirectoryName}/startup/stderr.txt`).exists(),
    (exists) => exists,
  );
  const text = async (name: string) =>
    (await box.getBlockBlobClient(`${result.virtualDirectoryName}/${name}`).downloadToBuffer()).toString();
  expect(await text("startup/stdout.txt")).toBe("started\n");
  const log = (await text("agent-debug.log")).split("\n");
  expect(log.some((line) => line.includes("booted (boot 1)"))).toBe(true);
  expect(log.some((line) => line.includes("task j/files ended: success, exit code 0"))).toBe(true);
  const nowhere = { containerUrl: `${azurite.blobUrl}/absent`, startTime };
  const told = await t.batch.computeNode.uploadBatchServiceLogs("known", node?.id ?? "", nowhere);
  expect(told.numberOfFilesUploaded).toBe(3);
  await eventually(
    () => Promise.resolve(t.errors),
    (errors) => errors.some((error) => error.includes("node.logsNotUploaded") && error.includes("absent")),
  );
  t.errors.length = 0;
});

test("the account tells its auto-storage and takes its keys again", async () => {
  const before = (await t.arm.batchAccountOperations.get("local", "devbatch")).autoStorage;
  expect(before?.storageAccountId).toMatch(/\/Microsoft\.Storage\/storageAccounts\/teststorage$/);
  await t.arm.batchAccountOperations.synchronizeAutoStorageKeys("local", "devbatch");
  const after = (await t.arm.batchAccountOperations.get("local", "devbatch")).autoStorage;
  expect(after?.lastKeySync.getTime()).toBeGreaterThanOrEqual(before?.lastKeySync.getTime() ?? Infinity);
});
