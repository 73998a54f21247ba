// Several accounts in one emulator, made and used through the genuine clients.
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import type { BatchServiceClient } from "@azure/batch";
import type { BatchAccountCreateParameters } from "@azure/arm-batch";
import { createProcessExecutor } from "../../../local/batch-emulator/agent/process-executor.ts";
import { systemClock } from "../../../local/clock.ts";
import { silentLogger } from "../../../local/logger.ts";
import { systemRandom } from "../../../local/random.ts";
import type { EmulatorOptions } from "../../../local/batch-emulator/index.ts";
import {
  batchClient,
  eventually,
  launched,
  linuxPool,
  subscriptionId,
  underTest,
} from "./emulator-under-test.ts";
import type { UnderTest } from "./emulator-under-test.ts";

const group = "local";
const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function started(options: Partial<EmulatorOptions> = {}): Promise<UnderTest> {
  const t = await underTest(options);
  cleanups.push(async () => {
    await t.emulator.dispose();
    expect(t.errors).toEqual([]);
  });
  return t;
}

const quick = { updateIntervalInMs: 0 };
const create = (t: UnderTest, name: string, more: Partial<BatchAccountCreateParameters> = {}) =>
  t.arm.batchAccountOperations.beginCreateAndWait(group, name, { location: "eastus", ...more }, quick);

async function clientOf(t: UnderTest, name: string): Promise<BatchServiceClient> {
  const { accountEndpoint } = await t.arm.batchAccountOperations.get(group, name);
  const keys = await t.arm.batchAccountOperations.getKeys(group, name);
  return batchClient(`http://${accountEndpoint}`, keys.primary, name);
}

async function withTask(batch: BatchServiceClient, commandLine: string): Promise<void> {
  await batch.pool.add({ id: "pool", ...linuxPool, targetDedicatedNodes: 1 });
  await batch.job.add({ id: "job", poolInfo: { poolId: "pool" } });
  await batch.task.add("job", { id: "task", commandLine });
}

const runs = (batch: BatchServiceClient, state = "running") =>
  eventually(
    () => batch.task.get("job", "task"),
    (task) => task.state === state,
  );

const names = async (t: UnderTest) => {
  const found: string[] = [];
  for await (const one of t.arm.batchAccountOperations.list()) found.push(one.name ?? "");
  return found;
};

const refused = (code: string, statusCode: number) => ({ code, statusCode });

test("an added account has its own keys, address and everything below it", async () => {
  const t = await started();
  const made = await create(t, "second", { tags: { team: "b" } });
  expect(made).toMatchObject({ name: "second", location: "eastus", tags: { team: "b" } });
  expect(made.accountEndpoint).not.toBe(new URL(t.emulator.url).host);
  const second = await clientOf(t, "second");
  await withTask(second, "wait");
  await withTask(t.batch, "wait");
  await Promise.all([runs(second), runs(t.batch)]);

  const addresses = new Set<string | undefined>();
  for (const batch of [second, t.batch])
    for (const node of await batch.computeNode.list("pool")) addresses.add(node.ipAddress);
  expect(addresses.size).toBe(2);
  const launch = await launched(t, (variables) => variables["AZ_BATCH_ACCOUNT_NAME"] === "second");
  expect(launch.environment["AZ_BATCH_ACCOUNT_URL"]).toContain(made.accountEndpoint);

  await t.batch.job.deleteMethod("job");
  await eventually(
    () => t.batch.job.list(),
    (jobs) => jobs.length === 0,
  );
  expect((await second.task.get("job", "task")).state).toBe("running");
  expect((await t.arm.poolOperations.get(group, "second", "pool")).name).toBe("pool");
  expect(await names(t)).toEqual(["devbatch", "second"]);
  const keys = await t.arm.batchAccountOperations.getKeys(group, "second");
  const renewed = await t.arm.batchAccountOperations.regenerateKey(group, "second", { keyName: "Primary" });
  expect(renewed.primary).not.toBe(keys.primary);
  await expect(second.pool.list()).rejects.toMatchObject(refused("AuthenticationFailed", 403));
});

test("on the emulator's own address the name in the signature, or in the host, says which account is meant", async () => {
  const t = await started();
  await create(t, "second");
  await (await clientOf(t, "second")).pool.add({ id: "there", ...linuxPool });
  const { primary } = await t.arm.batchAccountOperations.getKeys(group, "second");
  const shared = batchClient(t.emulator.url, primary, "second");
  expect((await shared.pool.list()).map((pool) => pool.id)).toEqual(["there"]);
  expect(await t.batch.pool.list()).toHaveLength(0);
  // Another account's key opens nothing.
  const wrong = batchClient(t.emulator.url, undefined, "second");
  await expect(wrong.pool.list()).rejects.toMatchObject(refused("AuthenticationFailed", 403));

  const poolsAt = (host: string) =>
    new Promise<string[]>((resolve, reject) => {
      const url = `${t.emulator.url}/pools?api-version=2024-07-01.20.0`;
      request(url, { headers: { host, authorization: "Bearer good" } }, (answer) => {
        let text = "";
        answer.on("data", (chunk: Buffer) => (text += chunk.toString()));
        answer.on("end", () => {
          const { value } = JSON.parse(text) as { value: { id: string; url: string }[] };
          resolve(value.map((pool) => pool.url));
        });
      })
        .once("error", reject)
        .end();
    });
  expect(await poolsAt("second.eastus.batch.azure.com")).toEqual([
    "http://second.eastus.batch.azure.com/pools/there",
  ]);
  expect(await poolsAt("devbatch.westeurope.batch.azure.com")).toEqual([]);
});

test("each account has quotas of its own, which can be set, are told and hold; a region holds so many accounts", async () => {
  const t = await started();
  await create(t, "second");
  const second = await clientOf(t, "second");
  const { accountEndpoint } = await t.arm.batchAccountOperations.get(group, "second");
  const set = async (host: string, body: unknown) => {
    const answer = await fetch(`http://${host}/_emulator/quotas?api-version=2024-07-01.20.0`, {
      method: "POST",
      headers: { authorization: "Bearer good" },
      body: JSON.stringify(body),
    });
    return answer.status;
  };
  expect(await set(accountEndpoint ?? "", { poolQuota: 1, dedicatedCoreQuota: 2 })).toBe(200);
  expect(await set(accountEndpoint ?? "", { poolQuota: -1 })).toBe(400);
  expect(await t.arm.batchAccountOperations.get(group, "second")).toMatchObject({
    ...{ poolQuota: 1, dedicatedCoreQuota: 2, lowPriorityCoreQuota: 500, activeJobAndJobScheduleQuota: 300 },
  });
  expect((await t.arm.batchAccountOperations.get(group, "devbatch")).poolQuota).toBe(100);
  await second.pool.add({ id: "one", ...linuxPool, targetDedicatedNodes: 2 });
  const short = await eventually(
    () => second.pool.get("one"),
    (pool) => pool.allocationState === "steady",
  );
  expect([short.currentDedicatedNodes, short.resizeErrors?.[0]?.code]).toEqual([
    1,
    "AccountCoreQuotaReached",
  ]);
  await expect(second.pool.add({ id: "two", ...linuxPool })).rejects.toMatchObject(
    refused("PoolQuotaReached", 409),
  );
  await t.batch.pool.add({ id: "two", ...linuxPool });

  await create(t, "third");
  await create(t, "fourth");
  await expect(create(t, "fifth")).rejects.toMatchObject(refused("AccountQuotaReached", 409));
  await create(t, "fifth", { location: "Japan East" });
  expect(await set(new URL(t.emulator.url).host, { accountQuota: 4 })).toBe(200);
  expect((await t.arm.location.getQuotas("eastus")).accountQuota).toBe(4);
  await create(t, "sixth");
});

test("names must be free and well-formed, and an account stays in its group and region", async () => {
  const t = await started();
  await create(t, "second");
  expect((await create(t, "second", { tags: { a: "b" } })).tags).toEqual({ a: "b" });
  await expect(create(t, "second", { location: "westus" })).rejects.toMatchObject(
    refused("InvalidResourceLocation", 409),
  );
  await expect(
    t.arm.batchAccountOperations.beginCreateAndWait("elsewhere", "second", { location: "eastus" }),
  ).rejects.toMatchObject(refused("AccountNameInUse", 409));
  await expect(create(t, "no-such-name")).rejects.toMatchObject(refused("InvalidResourceName", 400));
  await expect(create(t, "third", { location: "/" })).rejects.toMatchObject(
    refused("InvalidPropertyValue", 400),
  );
  await expect(create(t, "third", { poolAllocationMode: "UserSubscription" })).rejects.toMatchObject(
    refused("InvalidPropertyValue", 400),
  );
  const nameOf = (name: string) =>
    t.arm.location.checkNameAvailability("eastus", { name, type: "Microsoft.Batch/batchAccounts" });
  expect(await nameOf("second")).toMatchObject({ nameAvailable: false, reason: "AlreadyExists" });
  expect((await nameOf("third")).nameAvailable).toBe(true);
  await expect(create(t, "third", { autoStorage: { storageAccountId: "/x/none" } })).rejects.toMatchObject(
    refused("InvalidPropertyValue", 400),
  );
  expect(await names(t)).toEqual(["devbatch", "second"]);
  // Two at once are one.
  const twins = await Promise.all([create(t, "twin"), create(t, "twin")]);
  expect(twins[0]?.accountEndpoint).toBe(twins[1]?.accountEndpoint);
  await expect(
    t.arm.batchAccountOperations.beginDeleteAndWait(group, "devbatch", quick),
  ).rejects.toMatchObject(refused("AccountCannotBeDeleted", 409));
});

test("an account is deleted with its jobs, processes and nodes, and its name is free again", async () => {
  const t = await started();
  await create(t, "second");
  const second = await clientOf(t, "second");
  await withTask(second, "wait");
  await withTask(t.batch, "wait");
  await Promise.all([runs(second), runs(t.batch)]);
  await t.arm.batchAccountOperations.beginDeleteAndWait(group, "second", quick);
  expect([...t.executor.running.values()].map((one) => one.environment["AZ_BATCH_ACCOUNT_NAME"])).toEqual([
    "devbatch",
  ]);
  expect(await names(t)).toEqual(["devbatch"]);
  await expect(second.pool.list()).rejects.toThrow();
  await expect(t.arm.batchAccountOperations.get(group, "second")).rejects.toMatchObject(
    refused("ResourceNotFound", 404),
  );
  await create(t, "second");
  expect(await (await clientOf(t, "second")).pool.list()).toHaveLength(0);
});

test("added accounts, their keys, quotas and pools outlive the process, and a deletion that was begun goes on", async () => {
  const folder = await mkdtemp(join(tmpdir(), "batch-accounts-"));
  cleanups.push(() => rm(folder, { recursive: true, force: true }));
  const options = { dataDirectory: folder };
  const before = await underTest(options);
  await create(before, "second");
  await create(before, "leaving");
  const second = await clientOf(before, "second");
  await second.pool.add({ id: "kept", ...linuxPool });
  await withTask(await clientOf(before, "leaving"), "stubborn");
  await runs(await clientOf(before, "leaving"));
  const deletion = `${before.emulator.url}/subscriptions/${subscriptionId}/resourceGroups/${group}/providers/Microsoft.Batch/batchAccounts/leaving?api-version=2023-11-01`;
  const headers = { authorization: "Bearer good" };
  expect((await fetch(deletion, { method: "DELETE", headers })).status).toBe(202);
  const leaving = await before.arm.batchAccountOperations.get(group, "leaving");
  expect(leaving.provisioningState).toBe("Deleting");
  const again = await fetch(deletion, { method: "DELETE", headers });
  expect([again.status, await again.json()]).toMatchObject([409, { error: { code: "AccountBeingDeleted" } }]);
  await before.emulator.dispose();
  expect(before.errors).toEqual([]);

  const after = await started(options);
  expect((await second.pool.list()).map((pool) => pool.id)).toEqual(["kept"]);
  await eventually(
    () => names(after),
    (found) => !found.includes("leaving"),
  );
  expect((await readdir(join(folder, "accounts"))).map((name) => name.split(".")[0])).toEqual(["second"]);
});

test("a process of an added account is found again after the emulator was away", async () => {
  const folder = await mkdtemp(join(tmpdir(), "batch-accounts-"));
  cleanups.push(() => rm(folder, { recursive: true, force: true }));
  const options = () => ({
    dataDirectory: join(folder, "batch"),
    executor: createProcessExecutor({
      stateDirectory: join(folder, "tasks"),
      clock: systemClock(),
      random: systemRandom(),
      logger: silentLogger,
    }),
  });
  const before = await underTest(options());
  await create(before, "second");
  const second = await clientOf(before, "second");
  const command = `until [ -e ${join(folder, "go")} ]; do sleep 0.05; done; exit 7`;
  await withTask(second, `sh -c '${command}'`);
  await runs(second);
  await before.emulator.dispose({ leaveRunning: true });
  await started(options());
  expect((await second.task.get("job", "task")).state).toBe("running");
  await writeFile(join(folder, "go"), "");
  const task = await runs(second, "completed");
  expect([task.executionInfo?.exitCode, task.executionInfo?.requeueCount]).toEqual([7, 0]);
});

test("storage that is not linked to an account serves it with nothing", async () => {
  const storage = {
    accountName: "devstorage",
    local: (url: string) => url,
    authorise: () => Promise.resolve(undefined),
    container: (name: string) => Promise.resolve(`http://127.0.0.1:1/${name}`),
  };
  const named: string[] = [];
  const packages = {
    uploadUrl: (name: string) => Promise.resolve(`http://127.0.0.1:1/${named.push(name)}`),
    has: () => Promise.resolve(true),
    unpack: () => Promise.resolve(undefined),
    remove: () => Promise.resolve(),
  };
  const t = await started({ storage, packages });
  await create(t, "second");
  await t.arm.applicationOperations.create(group, "second", "tool");
  const add = () => t.arm.applicationPackageOperations.create(group, "second", "tool", "1");
  await expect(add()).rejects.toMatchObject({ statusCode: 501 });
  const second = await clientOf(t, "second");
  await second.pool.add({ id: "pool", ...linuxPool, targetDedicatedNodes: 1 });
  await second.job.add({ id: "job", poolInfo: { poolId: "pool" } });
  const resourceFiles = [{ autoStorageContainerName: "files" }];
  await second.task.add("job", { id: "task", commandLine: "exit 0", resourceFiles });
  const task = await runs(second, "completed");
  expect(task.executionInfo?.failureInfo?.code).toBe("ResourceContainerNotFound");

  const linked = await t.arm.batchAccountOperations.update(group, "second", {
    autoStorage: { storageAccountId: "/subscriptions/s/storageAccounts/devstorage" },
  });
  expect(linked.autoStorage?.storageAccountId).toMatch(/devstorage$/);
  await add();
  await second.task.add("job", { id: "again", commandLine: "exit 0", resourceFiles });
  const done = await eventually(
    () => second.task.get("job", "again"),
    (one) => one.state === "completed",
  );
  expect(done.executionInfo?.result).toBe("success");
  await t.arm.applicationOperations.create(group, "devbatch", "tool");
  await t.arm.applicationPackageOperations.create(group, "devbatch", "tool", "1");
  expect(new Set(named).size).toBe(2);
});
