// Every operation that the table calls emulated or simplified is asked for by a genuine client and answers as the client
// expects. What the clients send is matched with the table, so that a row without a call here fails the last test.
import { cer, thumbprint } from "../../support/batch/certificate-files.ts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { BatchServiceClient } from "@azure/batch";
import { operations } from "../../../local/batch-emulator/operations.ts";
import { Router } from "../../../local/batch-emulator/protocol/router.ts";
import type { PackageStore } from "../../../local/batch-emulator/service/ports/package-store.ts";
import { eventually, linuxPool, sshWay, underTest, watchedBatchClient } from "./emulator-under-test.ts";
import type { UnderTest } from "./emulator-under-test.ts";

const group = "local";
const account = "devbatch";
const routersOf = (plane: "data" | "management") =>
  new Router(
    operations
      .filter((one) => one.plane === plane)
      .map(({ id, method, path }) => ({ operation: id, method, path, handle: () => ({ status: 200 }) })),
    plane === "management",
  );
const tables = { data: routersOf("data"), management: routersOf("management") };
const touched = new Set<string>();

function note(method: string, url: string): void {
  const { pathname } = new URL(url);
  const plane = /^\/(subscriptions|providers)\//i.test(pathname) ? "management" : "data";
  touched.add(tables[plane].match(method, pathname).route.operation);
}

/** A store that has whatever it is asked for. */
const everythingUploaded: PackageStore = {
  uploadUrl: (name) => Promise.resolve(`http://127.0.0.1:1/packages/${name}`),
  has: () => Promise.resolve(true),
  unpack: () => Promise.resolve(undefined),
  remove: () => Promise.resolve(),
};

let t: UnderTest;
let batch: BatchServiceClient;
let nodes: string[] = [];
beforeAll(async () => {
  t = await underTest({
    parameters: { enableAutoscaleEveryMs: 0, autoscaleFirstMs: 3_600_000 },
    packages: everythingUploaded,
  });
  batch = watchedBatchClient(t.emulator.url, note);
  t.arm.pipeline.addPolicy({
    name: "watch",
    sendRequest(request, next) {
      note(request.method, request.url);
      return next(request);
    },
  });
});
afterAll(async () => {
  await t.emulator.dispose();
  expect(t.errors).toEqual([]);
});

/** For what the data plane client of this version does not know yet. */
async function send(method: string, path: string, version = "2025-06-01"): Promise<number> {
  const url = `${t.emulator.url}${path}?api-version=${version}`;
  note(method, url);
  return (await fetch(url, { method, headers: { authorization: "Bearer good" } })).status;
}

async function all<T>(pages: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const one of pages) found.push(one);
  return found;
}

const idle = async (count: number) => {
  const found = await eventually(
    () => batch.computeNode.list("p"),
    (list) => list.filter((node) => node.state === "idle").length === count,
  );
  nodes = found.map((node) => node.id ?? "");
};
const taskIn = (job: string, task: string, state: string) =>
  eventually(
    () => batch.task.get(job, task),
    (one) => one.state === state,
  );

describe("data plane", () => {
  test("pools", async () => {
    await batch.pool.add({ id: "p", ...linuxPool, ...sshWay, targetDedicatedNodes: 2 });
    expect((await batch.pool.exists("p")).body).toBe(true);
    await idle(2);
    await batch.pool.patch("p", { metadata: [{ name: "a", value: "b" }] });
    expect((await batch.pool.list()).map((pool) => pool.metadata)).toEqual([[{ name: "a", value: "b" }]]);
    await batch.pool.updateProperties("p", {
      certificateReferences: [],
      applicationPackageReferences: [],
      metadata: [],
    });
    await batch.pool.resize("p", { targetDedicatedNodes: 3 });
    await batch.pool.stopResize("p");
    await eventually(
      () => batch.pool.get("p"),
      (pool) => pool.allocationState === "steady",
    );
    await batch.pool.enableAutoScale("p", { autoScaleFormula: "$TargetDedicatedNodes=3;" });
    expect((await batch.pool.evaluateAutoScale("p", "$TargetDedicatedNodes=4;")).results).toContain(
      "Nodes=4",
    );
    await batch.pool.disableAutoScale("p");
    const counts = await batch.account.listPoolNodeCounts();
    expect(counts[0]?.dedicated?.total).toBeGreaterThan(0);
    expect((await batch.pool.listUsageMetrics())[0]?.poolId).toBe("p");
    expect((await batch.pool.getAllLifetimeStatistics()).usageStats).toBeDefined();
    expect((await batch.account.listSupportedImages()).length).toBeGreaterThan(0);
    expect(await send("GET", "/nodeagentskus", "2018-12-01.8.0")).toBe(200);
  });

  test("certificates", async () => {
    const named = { thumbprint, thumbprintAlgorithm: "sha1" };
    await batch.certificate.add({ ...named, data: cer, certificateFormat: "cer" });
    expect(await batch.certificate.list()).toHaveLength(1);
    expect((await batch.certificate.get("sha1", thumbprint)).state).toBe("active");
    const active = { statusCode: 409, code: "CertificateStateActive" };
    await expect(batch.certificate.cancelDeletion("sha1", thumbprint)).rejects.toMatchObject(active);
    await batch.certificate.deleteMethod("sha1", thumbprint);
    const certificates = t.arm.certificateOperations;
    const name = `SHA1-${thumbprint}`;
    const file = { data: cer, format: "Cer" } as const;
    await certificates.create(group, account, name, file);
    expect(await all(certificates.listByBatchAccount(group, account))).toHaveLength(1);
    expect((await certificates.get(group, account, name)).format).toBe("Cer");
    await certificates.update(group, account, name, file);
    expect((await certificates.cancelDeletion(group, account, name)).name).toBe(name);
    await certificates.beginDeleteAndWait(group, account, name, { updateIntervalInMs: 0 });
  });

  test("nodes", async () => {
    await batch.pool.resize("p", { targetDedicatedNodes: 2 });
    await idle(2);
    const id = nodes[0] ?? "";
    await batch.computeNode.addUser("p", id, { name: "ann", password: "secret" });
    await batch.computeNode.updateUser("p", id, "ann", { password: "other" });
    await batch.computeNode.deleteUser("p", id, "ann");
    expect((await batch.computeNode.getRemoteLoginSettings("p", id)).remoteLoginPort).toBe(22);
    await expect(batch.computeNode.getRemoteDesktop("p", id)).rejects.toMatchObject({ statusCode: 409 });
    const logs = { containerUrl: "http://127.0.0.1:1/none", startTime: new Date() };
    const { numberOfFilesUploaded } = await batch.computeNode.uploadBatchServiceLogs("p", id, logs);
    expect(numberOfFilesUploaded).toBe(1);
    await eventually(
      () => Promise.resolve(t.errors.splice(0)),
      (errors) => errors.some((error) => error.startsWith("node.logsNotUploaded")),
    );
    expect(await batch.computeNodeExtension.list("p", id)).toHaveLength(0);
    await expect(batch.computeNodeExtension.get("p", id, "x")).rejects.toMatchObject({ statusCode: 404 });
    await batch.computeNode.disableScheduling("p", id);
    await batch.computeNode.enableScheduling("p", id);
    await batch.computeNode.reboot("p", id);
    await idle(2);
    await expect(batch.computeNode.reimage("p", id)).rejects.toMatchObject({ statusCode: 409 });
    expect((await batch.computeNode.get("p", id)).state).toBe("idle");
    expect(await send("POST", `/pools/p/nodes/${id}/deallocate`)).toBe(202);
    await eventually(
      () => batch.computeNode.get("p", id),
      (node) => String(node.state) === "deallocated",
    );
    expect(await send("POST", `/pools/p/nodes/${id}/start`)).toBe(202);
    await idle(2);
  });

  test("jobs and tasks", async () => {
    await batch.job.add({
      id: "j",
      poolInfo: { poolId: "p" },
      jobPreparationTask: { commandLine: "exit 0" },
    });
    await batch.task.add("j", { id: "one", commandLine: "write text" });
    await batch.task.addCollection("j", [{ id: "two", commandLine: "sleep" }]);
    await taskIn("j", "one", "completed");
    await taskIn("j", "two", "running");
    await batch.task.update("j", "two", { constraints: { maxTaskRetryCount: 1 } });
    await batch.task.terminate("j", "two");
    await batch.task.reactivate("j", "two");
    expect((await batch.task.listSubtasks("j", "one")).value).toEqual([]);
    await batch.task.deleteMethod("j", "two");
    expect(await batch.task.list("j")).toHaveLength(1);
    expect((await batch.job.getTaskCounts("j")).taskCounts.succeeded).toBe(1);
    expect(await batch.job.listPreparationAndReleaseTaskStatus("j")).not.toHaveLength(0);
    await batch.job.update("j", { poolInfo: { poolId: "p" }, priority: 3 });
    await batch.job.patch("j", { priority: 4 });
    expect((await batch.job.get("j")).priority).toBe(4);
    await batch.job.disable("j", "requeue");
    await eventually(
      () => batch.job.get("j"),
      (job) => job.state === "disabled",
    );
    await batch.job.enable("j");
    expect(await batch.job.list()).toHaveLength(1);
    expect((await batch.job.getAllLifetimeStatistics()).numSucceededTasks).toBe(1);
  });

  test("files", async () => {
    const { nodeInfo } = await batch.task.get("j", "one");
    const node = nodeInfo?.nodeId ?? "";
    expect((await batch.file.listFromTask("j", "one")).length).toBeGreaterThan(0);
    expect((await batch.file.getPropertiesFromTask("j", "one", "stdout.txt")).contentLength).toBe(5);
    expect((await batch.file.getFromTask("j", "one", "stdout.txt")).contentLength).toBe(5);
    await batch.file.deleteFromTask("j", "one", "stdout.txt");
    const path = `${nodeInfo?.taskRootDirectory}/stderr.txt`;
    expect((await batch.file.listFromComputeNode("p", node)).length).toBeGreaterThan(0);
    await batch.file.getPropertiesFromComputeNode("p", node, path);
    await batch.file.getFromComputeNode("p", node, path);
    await batch.file.deleteFromComputeNode("p", node, path);
    await expect(batch.file.getPropertiesFromComputeNode("p", node, path)).rejects.toMatchObject({
      statusCode: 404,
    });
  });

  test("job schedules", async () => {
    const jobSpecification = { poolInfo: { poolId: "p" } };
    const schedule = { recurrenceInterval: "PT1H" };
    await batch.jobSchedule.add({ id: "s", schedule, jobSpecification });
    expect((await batch.jobSchedule.exists("s")).body).toBe(true);
    await batch.jobSchedule.update("s", { schedule, jobSpecification });
    await batch.jobSchedule.patch("s", { metadata: [] });
    expect(await batch.jobSchedule.list()).toHaveLength(1);
    await eventually(
      () => batch.job.listFromJobSchedule("s"),
      (jobs) => jobs.length === 1,
    );
    await batch.jobSchedule.disable("s");
    await batch.jobSchedule.enable("s");
    expect((await batch.jobSchedule.get("s")).state).toBe("active");
    await batch.jobSchedule.terminate("s");
    await batch.jobSchedule.deleteMethod("s");
  });

  test("applications, and the end", async () => {
    expect(await batch.application.list()).toHaveLength(0);
    await expect(batch.application.get("none")).rejects.toMatchObject({ code: "ApplicationNotFound" });
    await batch.job.terminate("j");
    await batch.job.deleteMethod("j");
    await batch.pool.removeNodes("p", { nodeList: [nodes[0] ?? ""] });
    await batch.pool.deleteMethod("p");
  });
});

describe("management plane", () => {
  const deploymentConfiguration = {
    virtualMachineConfiguration: {
      imageReference: linuxPool.virtualMachineConfiguration.imageReference,
      nodeAgentSkuId: linuxPool.virtualMachineConfiguration.nodeAgentSKUId,
    },
  };

  test("the account", async () => {
    const accounts = t.arm.batchAccountOperations;
    expect((await accounts.get(group, account)).name).toBe(account);
    await accounts.beginCreateAndWait(group, account, { location: "westeurope" }, { updateIntervalInMs: 0 });
    await accounts.beginCreateAndWait(group, "other", { location: "eastus" }, { updateIntervalInMs: 0 });
    await accounts.beginDeleteAndWait(group, "other", { updateIntervalInMs: 0 });
    await accounts.update(group, account, { tags: { a: "b" } });
    expect(await all(accounts.list())).toHaveLength(1);
    expect(await all(accounts.listByResourceGroup(group))).toHaveLength(1);
    expect((await accounts.getKeys(group, account)).primary).toBeDefined();
    await accounts.regenerateKey(group, account, { keyName: "Secondary" });
    await expect(accounts.synchronizeAutoStorageKeys(group, account)).rejects.toMatchObject({
      statusCode: 409,
    });
    await all(accounts.listDetectors(group, account));
    await expect(accounts.getDetector(group, account, "x")).rejects.toMatchObject({ statusCode: 404 });
    await all(accounts.listOutboundNetworkDependenciesEndpoints(group, account));
    const links = t.arm.privateLinkResourceOperations;
    expect(await all(links.listByBatchAccount(group, account))).toHaveLength(2);
    await links.get(group, account, "batchAccount");
    const connections = t.arm.privateEndpointConnectionOperations;
    expect(await all(connections.listByBatchAccount(group, account))).toHaveLength(0);
    await expect(connections.get(group, account, "x")).rejects.toMatchObject({ statusCode: 404 });
    expect((await all(t.arm.operations.list())).length).toBeGreaterThan(0);
  });

  test("locations", async () => {
    const { location } = t.arm;
    expect((await location.getQuotas("westeurope")).accountQuota).toBe(3);
    expect((await all(location.listSupportedVirtualMachineSkus("westeurope"))).length).toBeGreaterThan(0);
    await all(location.listSupportedCloudServiceSkus("westeurope"));
    const name = { name: "another", type: "Microsoft.Batch/batchAccounts" as const };
    expect((await location.checkNameAvailability("westeurope", name)).nameAvailable).toBe(true);
  });

  test("pools", async () => {
    const pools = t.arm.poolOperations;
    await pools.create(group, account, "m", {
      vmSize: "STANDARD_D2S_V3",
      deploymentConfiguration,
      scaleSettings: { autoScale: { formula: "$TargetDedicatedNodes=0;" } },
    });
    await pools.update(group, account, "m", { metadata: [{ name: "a", value: "b" }] });
    expect((await pools.get(group, account, "m")).metadata).toEqual([{ name: "a", value: "b" }]);
    expect((await all(pools.listByBatchAccount(group, account))).map((pool) => pool.name)).toContain("m");
    await pools.disableAutoScale(group, account, "m");
    await pools.stopResize(group, account, "m");
    await pools.beginDeleteAndWait(group, account, "m", { updateIntervalInMs: 0 });
    expect(await send("GET", poolResult("gone"))).toBe(204);
  });

  const poolResult = (pool: string) =>
    `/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/${group}/providers/Microsoft.Batch/batchAccounts/${account}/poolOperationResults/delete-${pool}-1`;

  test("applications", async () => {
    const { applicationOperations: applications, applicationPackageOperations: packages } = t.arm;
    await applications.create(group, account, "app", { parameters: { displayName: "App" } });
    await applications.update(group, account, "app", { displayName: "Other" });
    expect((await applications.get(group, account, "app")).displayName).toBe("Other");
    expect(await all(applications.list(group, account))).toHaveLength(1);
    const made = await packages.create(group, account, "app", "1.0");
    expect(made).toMatchObject({ state: "Pending", storageUrl: expect.stringContaining("http") as string });
    await packages.activate(group, account, "app", "1.0", { format: "zip" });
    expect((await packages.get(group, account, "app", "1.0")).state).toBe("Active");
    expect(await all(packages.list(group, account, "app"))).toHaveLength(1);
    expect((await batch.application.get("app")).versions).toEqual(["1.0"]);
    await packages.delete(group, account, "app", "1.0");
    await applications.delete(group, account, "app");
  });
});

test("no row of the table that is not absent was left out", () => {
  const unproved = operations.filter((one) => one.standing !== "absent" && !touched.has(one.id));
  expect(unproved.map((one) => one.id)).toEqual([]);
});
