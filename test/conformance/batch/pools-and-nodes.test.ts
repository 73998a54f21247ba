import { afterAll, beforeAll, expect, test } from "vitest";
import { eventually, linuxPool, sshWay, underTest } from "./emulator-under-test.ts";
import type { UnderTest } from "./emulator-under-test.ts";

let t: UnderTest;
beforeAll(async () => {
  t = await underTest({ parameters: { autoscaleFirstMs: 10, enableAutoscaleEveryMs: 0 } });
});
afterAll(async () => {
  await t.emulator.dispose();
  expect(t.errors).toEqual([]);
});

const steady = (poolId: string) =>
  eventually(
    () => t.batch.pool.get(poolId),
    (pool) => pool.allocationState === "steady",
  );
const nodesIn = (poolId: string, state: string, count: number) =>
  eventually(
    () => t.batch.computeNode.list(poolId),
    (nodes) => nodes.filter((node) => node.state === state).length === count,
  );

test("a pool is created once, read back without secrets, patched, updated and selected", async () => {
  const spec = {
    id: "Alpha",
    ...linuxPool,
    ...sshWay,
    targetDedicatedNodes: 1,
    userAccounts: [{ name: "ann", password: "hidden!" }],
    metadata: [{ name: "a", value: "1" }],
    taskSlotsPerNode: 2,
  };
  await t.batch.pool.add(spec);
  await expect(t.batch.pool.add(spec)).rejects.toMatchObject({ statusCode: 409, code: "PoolExists" });
  const pool = await t.batch.pool.get("ALPHA");
  expect(pool).toMatchObject({
    id: "Alpha",
    vmSize: "standard_d2s_v3",
    state: "active",
    taskSlotsPerNode: 2,
  });
  expect(pool.eTag).toMatch(/^0x[0-9A-F]{15}$/);
  expect(pool.userAccounts?.[0]?.password).toBeUndefined();
  await t.batch.pool.patch("alpha", { metadata: [{ name: "b", value: "2" }] });
  expect((await t.batch.pool.get("alpha")).metadata).toEqual([{ name: "b", value: "2" }]);
  await t.batch.pool.updateProperties("alpha", {
    certificateReferences: [],
    applicationPackageReferences: [],
    metadata: [],
    startTask: { commandLine: "exit 0" },
  });
  const replaced = await t.batch.pool.get("alpha");
  expect([replaced.startTask?.commandLine, replaced.metadata]).toEqual(["exit 0", undefined]);
  const selected = await t.batch.pool.get("alpha", {
    poolGetOptions: { select: "id,state", expand: "stats" },
  });
  expect([selected.id, selected.state, selected.vmSize, selected.stats]).toEqual([
    "Alpha",
    "active",
    undefined,
    undefined,
  ]);
  const measured = await t.batch.pool.get("alpha", { poolGetOptions: { expand: "stats" } });
  expect(measured.stats?.usageStats?.dedicatedCoreTime).toBeDefined();
  expect((await t.batch.pool.exists("alpha")).body).toBe(true);
  expect((await t.batch.pool.exists("nobody")).body).toBe(false);
});

test("an image or a network of the caller's own needs a caller with a name, not a key", async () => {
  const own = {
    ...linuxPool.virtualMachineConfiguration,
    imageReference: { virtualMachineImageId: "/subscriptions/s/images/mine" },
  };
  await expect(
    t.batch.pool.add({ id: "own", ...linuxPool, virtualMachineConfiguration: own }),
  ).rejects.toMatchObject({
    code: "InvalidPropertyValue",
    body: { values: [{ key: "PropertyName", value: "virtualMachineImageId" }, {}, {}] },
  });
  const subnetId = "/subscriptions/s/virtualNetworks/v/subnets/n";
  await expect(
    t.batch.pool.add({ id: "net", ...linuxPool, networkConfiguration: { subnetId } }),
  ).rejects.toMatchObject({ statusCode: 403, code: "Forbidden" });
});

test("stale ETags are refused and unchanged entities are not sent again", async () => {
  const before = await t.batch.pool.get("alpha");
  await t.batch.pool.patch("alpha", { metadata: [] }, { poolPatchOptions: { ifMatch: before.eTag ?? "" } });
  await expect(
    t.batch.pool.patch("alpha", { metadata: [] }, { poolPatchOptions: { ifMatch: before.eTag ?? "" } }),
  ).rejects.toMatchObject({ statusCode: 412, code: "ConditionNotMet" });
  const now = await t.batch.pool.get("alpha");
  await expect(
    t.batch.pool.get("alpha", { poolGetOptions: { ifNoneMatch: now.eTag ?? "" } }),
  ).rejects.toMatchObject({ statusCode: 304 });
});

test("a pool is resized, a second resize meanwhile is refused, and a stopped one says what was left undone", async () => {
  const slow = await underTest({ parameters: { nodeAllocationMs: 3_600_000 } });
  try {
    await slow.batch.pool.add({
      id: "slow",
      ...linuxPool,
      targetDedicatedNodes: 2,
      targetLowPriorityNodes: 1,
    });
    await expect(slow.batch.pool.resize("slow", { targetDedicatedNodes: 1 })).rejects.toMatchObject({
      code: "PoolBeingResized",
    });
    // Machines that are still waited for are no nodes: these have a time of their allocation.
    expect(await slow.batch.computeNode.list("slow")).toHaveLength(0);
    expect((await slow.batch.account.listPoolNodeCounts())[0]?.dedicated?.total).toBe(0);
    await slow.batch.pool.stopResize("slow");
    const pool = await eventually(
      () => slow.batch.pool.get("slow"),
      (one) => one.allocationState === "steady",
    );
    expect(pool.resizeErrors?.map((error) => error.code)).toEqual(["ResizeStopped", "ResizeStopped"]);
    expect(pool.currentDedicatedNodes).toBe(0);
  } finally {
    await slow.emulator.dispose();
  }
  await steady("alpha");
  await t.batch.pool.resize("alpha", { targetDedicatedNodes: 2, targetLowPriorityNodes: 2 });
  const pool = await steady("alpha");
  expect([pool.currentDedicatedNodes, pool.currentLowPriorityNodes]).toEqual([2, 2]);
});

test("what the core quota does not allow is a resize error, never a failed request", async () => {
  await t.batch.pool.add({ id: "huge", ...linuxPool, targetDedicatedNodes: 1000 });
  const pool = await steady("huge");
  expect(pool.resizeErrors?.[0]?.code).toBe("AccountCoreQuotaReached");
  expect(pool.currentDedicatedNodes).toBe(248);
  await t.batch.pool.deleteMethod("huge");
  await eventually(
    () => t.batch.pool.exists("huge"),
    (answer) => !answer.body,
  );
});

test("nodes are listed, counted, disabled, enabled, rebooted, reimaged and removed", async () => {
  const nodes = await nodesIn("alpha", "idle", 4);
  expect(nodes[0]?.id).toMatch(/^tvmps_[0-9a-f]{64}_d$/);
  expect(new Set(nodes.map((node) => node.affinityId)).size).toBe(4);
  const counts = await t.batch.account.listPoolNodeCounts({
    accountListPoolNodeCountsOptions: { filter: "poolId eq 'alpha'" },
  });
  expect(counts[0]).toMatchObject({ dedicated: { idle: 2, total: 2 }, lowPriority: { idle: 2, total: 2 } });
  const id = nodes[0]?.id ?? "";
  await t.batch.computeNode.disableScheduling("alpha", id);
  expect((await t.batch.computeNode.get("alpha", id)).state).toBe("offline");
  await expect(t.batch.computeNode.disableScheduling("alpha", id)).rejects.toMatchObject({
    code: "NodeAlreadyInTargetSchedulingState",
  });
  await t.batch.computeNode.enableScheduling("alpha", id);
  const { lastBootTime } = await t.batch.computeNode.get("alpha", id);
  await t.batch.computeNode.reboot("alpha", id);
  await nodesIn("alpha", "idle", 4);
  const booted = (await t.batch.computeNode.get("alpha", id)).lastBootTime;
  expect(Number(booted)).toBeGreaterThan(Number(lastBootTime));
  await expect(t.batch.computeNode.reimage("alpha", id)).rejects.toMatchObject({
    statusCode: 409,
    code: "OperationNotValidOnNode",
  });
  const reimage = await fetch(`${t.emulator.url}/pools/alpha/nodes/${id}/reimage?api-version=2025-06-01`, {
    method: "POST",
    headers: { authorization: "Bearer good" },
  });
  expect(reimage.status).toBe(202);
  await nodesIn("alpha", "idle", 4);
  await t.batch.pool.removeNodes("alpha", { nodeList: [id] });
  const pool = await steady("alpha");
  expect([pool.targetDedicatedNodes, pool.currentDedicatedNodes]).toEqual([1, 1]);
  await expect(t.batch.computeNode.get("alpha", id)).rejects.toMatchObject({ code: "NodeNotFound" });
});

test("users, login settings, extensions and node files answer", async () => {
  const [node] = await nodesIn("alpha", "idle", 3);
  const id = node?.id ?? "";
  await t.batch.computeNode.addUser("alpha", id, { name: "bob", password: "p4ss" });
  await expect(t.batch.computeNode.addUser("alpha", id, { name: "bob" })).rejects.toMatchObject({
    code: "NodeUserExists",
  });
  await t.batch.computeNode.updateUser("alpha", id, "bob", { password: "other" });
  await t.batch.computeNode.deleteUser("alpha", id, "bob");
  await expect(t.batch.computeNode.deleteUser("alpha", id, "bob")).rejects.toMatchObject({
    code: "NodeUserNotFound",
  });
  const login = await t.batch.computeNode.getRemoteLoginSettings("alpha", id);
  expect(login.remoteLoginIPAddress).toMatch(/^127\./);
  expect(await t.batch.computeNodeExtension.list("alpha", id)).toHaveLength(0);
  const names = (await t.batch.file.listFromComputeNode("alpha", id)).map((file) => file.name);
  expect(names).toEqual(["applications", "fsmounts", "shared", "startup", "volatile", "workitems"]);
  await expect(
    t.batch.file.getPropertiesFromComputeNode("alpha", id, "../../batch.db"),
  ).rejects.toMatchObject({
    statusCode: 404,
  });
  await expect(t.batch.computeNode.getRemoteDesktop("alpha", id)).rejects.toMatchObject({ statusCode: 409 });
  await expect(t.batch.computeNodeExtension.get("alpha", id, "none")).rejects.toMatchObject({
    code: "ExtensionNotFound",
  });
});

test("where the rules of Azure are off, nodes have a way in without a NAT pool", async () => {
  const lenient = await underTest({ parameters: { strictAzure: false } });
  try {
    const { computeNode, pool } = lenient.batch;
    await pool.add({ id: "bare", ...linuxPool, targetDedicatedNodes: 1 });
    const [node] = await eventually(
      () => computeNode.list("bare"),
      ([one]) => one?.state === "idle",
    );
    const ways = node?.endpointConfiguration?.inboundEndpoints;
    expect(ways).toMatchObject([{ name: "SSHRule.0", protocol: "tcp", backendPort: 22 }]);
    expect((await computeNode.getRemoteLoginSettings("bare", node?.id ?? "")).remoteLoginPort).toBe(22);
  } finally {
    await lenient.emulator.dispose();
  }
});

test("nodes of a cloud service have a remote desktop and are reimaged, but no remote login", async () => {
  await t.batch.pool.add({
    id: "cloud",
    vmSize: "small",
    cloudServiceConfiguration: { osFamily: "6" },
    targetDedicatedNodes: 1,
  });
  const [node] = await nodesIn("cloud", "idle", 1);
  const id = node?.id ?? "";
  const file = await t.batch.computeNode.getRemoteDesktop("cloud", id);
  let text = "";
  for await (const chunk of file.readableStreamBody ?? []) text += String(chunk);
  expect(text).toContain(`full address:s:${node?.ipAddress}`);
  await expect(t.batch.computeNode.getRemoteLoginSettings("cloud", id)).rejects.toMatchObject({
    code: "OperationNotValidOnNode",
  });
  await t.batch.computeNode.reimage("cloud", id);
  await nodesIn("cloud", "idle", 1);
  await t.batch.pool.deleteMethod("cloud");
});

test("a start task that fails keeps the node from work; a reboot after its repair brings it in", async () => {
  await t.batch.pool.add({
    id: "start",
    ...linuxPool,
    targetDedicatedNodes: 1,
    startTask: { commandLine: "exit 9", waitForSuccess: true, maxTaskRetryCount: 1 },
  });
  const [failed] = await nodesIn("start", "starttaskfailed", 1);
  expect(failed?.startTaskInfo).toMatchObject({
    exitCode: 9,
    retryCount: 1,
    result: "failure",
    state: "completed",
  });
  await t.batch.pool.patch("start", { startTask: { commandLine: "exit 0", waitForSuccess: true } });
  await t.batch.computeNode.reboot("start", failed?.id ?? "");
  const [node] = await nodesIn("start", "idle", 1);
  expect(node?.startTaskInfo?.result).toBe("success");
});

test("a formula scales the pool; a broken one is refused, a failing one reported", async () => {
  await t.batch.pool.add({ id: "auto", ...linuxPool });
  await t.batch.pool.enableAutoScale("auto", { autoScaleFormula: "$TargetDedicatedNodes=2;" });
  await nodesIn("auto", "idle", 2);
  const run = await t.batch.pool.evaluateAutoScale(
    "auto",
    "$TargetDedicatedNodes=1;$TargetLowPriorityNodes=3",
  );
  expect(run.results).toBe(
    "$TargetDedicatedNodes=1;$TargetLowPriorityNodes=3;$NodeDeallocationOption=requeue",
  );
  const failing = await t.batch.pool.evaluateAutoScale("auto", "$TargetDedicatedNodes=$nothing;");
  expect(failing.error?.code).toBe("AutoScalingFormulaEvaluationError");
  const useless = await t.batch.pool.evaluateAutoScale("auto", "$something_useless");
  expect(useless).toMatchObject({
    error: { code: "AutoScalingFormulaEvaluationError" },
    results: "$TargetDedicatedNodes=2;$TargetLowPriorityNodes=0;$NodeDeallocationOption=requeue",
  });
  await expect(t.batch.pool.enableAutoScale("auto", { autoScaleFormula: "$x = (" })).rejects.toMatchObject({
    code: "AutoScalingFormulaSyntaxError",
  });
  await expect(t.batch.pool.resize("auto", { targetDedicatedNodes: 0 })).rejects.toMatchObject({
    code: "OperationInvalidForCurrentState",
  });
  expect((await t.batch.pool.get("auto")).autoScaleRun?.results).toContain("$TargetDedicatedNodes=2");
  await t.batch.pool.disableAutoScale("auto");
  expect((await t.batch.pool.get("auto")).enableAutoScale).toBe(false);
});

test("lists are paged and filtered; a page size out of range is refused", async () => {
  const first = await t.batch.pool.list({ poolListOptions: { maxResults: 1 } });
  expect(first).toHaveLength(1);
  const second = await t.batch.pool.listNext(first.odatanextLink ?? "");
  expect(second).toHaveLength(1);
  expect(second[0]?.id).not.toBe(first[0]?.id);
  const some = await t.batch.pool.list({
    poolListOptions: { filter: "startswith(id,'a') and state eq 'active'", select: "id" },
  });
  expect(some.map((pool) => pool.id)).toEqual(["Alpha", "auto"]);
  await expect(t.batch.pool.list({ poolListOptions: { filter: "id eq" } })).rejects.toMatchObject({
    statusCode: 400,
    code: "InvalidQueryParameterValue",
  });
  await expect(t.batch.pool.list({ poolListOptions: { select: "nonsense" } })).rejects.toMatchObject({
    statusCode: 400,
  });
});

/** Evicts the one node of a pool while it runs a task. @returns the node's id. */
async function evicted({ batch, emulator }: UnderTest): Promise<string> {
  await batch.pool.add({ id: "spot", ...linuxPool, targetLowPriorityNodes: 1 });
  await batch.job.add({ id: "spot", poolInfo: { poolId: "spot" } });
  await batch.task.add("spot", { id: "t", commandLine: "sleep" });
  const [node] = await eventually(
    () => batch.computeNode.list("spot"),
    ([one]) => one?.state === "running",
  );
  const path = `/_emulator/pools/spot/nodes/${node?.id}/preempt`;
  const answer = await fetch(`${emulator.url}${path}?api-version=2022-10-01.16.0`, {
    method: "POST",
    headers: { authorization: "Bearer good" },
    body: JSON.stringify({ noticeMs: 0 }),
  });
  expect(answer.status).toBe(200);
  return node?.id ?? "";
}

test("an evicted low-priority node comes back under its id, and its work with it", async () => {
  const id = await evicted(t);
  const task = await eventually(
    () => t.batch.task.get("spot", "t"),
    (one) => one.executionInfo?.requeueCount === 1 && one.state === "running",
  );
  expect(task).toMatchObject({ nodeInfo: { nodeId: id }, executionInfo: { retryCount: 0 } });
  await t.batch.job.terminate("spot");
});

test("while it is away a node says so, and its work waits", async () => {
  const held = await underTest({ parameters: { preemptionReturnMs: Infinity, nodeRebootMs: 3_600_000 } });
  try {
    const { computeNode, pool, task } = held.batch;
    const id = await evicted(held);
    expect((await computeNode.get("spot", id)).state).toBe("preempted");
    expect((await pool.get("spot")).currentLowPriorityNodes).toBe(1);
    expect(await task.get("spot", "t")).toMatchObject({
      state: "active",
      executionInfo: { requeueCount: 1, retryCount: 0 },
    });
    await pool.add({ id: "other", ...linuxPool, targetDedicatedNodes: 1 });
    const [node] = await eventually(
      () => computeNode.list("other"),
      ([one]) => one?.state === "idle",
    );
    await computeNode.reboot("other", node?.id ?? "");
    expect((await computeNode.get("other", node?.id ?? "")).state).toBe("rebooting");
  } finally {
    await held.emulator.dispose();
  }
});

test("images, applications, usage and lifetime statistics answer", async () => {
  const images = await t.batch.account.listSupportedImages();
  expect(images.some((image) => image.nodeAgentSKUId === "batch.node.ubuntu 22.04")).toBe(true);
  expect(await t.batch.application.list()).toHaveLength(0);
  await expect(t.batch.application.get("none")).rejects.toMatchObject({ code: "ApplicationNotFound" });
  expect((await t.batch.pool.listUsageMetrics()).length).toBeGreaterThan(0);
  const stats = await t.batch.pool.getAllLifetimeStatistics();
  expect(stats.usageStats?.dedicatedCoreTime).toBeDefined();
  expect((await t.batch.job.getAllLifetimeStatistics()).numSucceededTasks).toBeDefined();
});

test("what the emulator does not have is refused, not dropped", async () => {
  const cifs = { username: "u", source: "//10.0.0.4/data", relativeMountPath: "data", password: "p" };
  const mounted = { id: "cifs", ...linuxPool, mountConfiguration: [{ cifsMountConfiguration: cifs }] };
  await expect(t.batch.pool.add(mounted)).rejects.toMatchObject({
    statusCode: 501,
    code: "NotImplemented",
  });
  await expect(t.batch.pool.add({ id: "bad id!", ...linuxPool })).rejects.toMatchObject({
    statusCode: 400,
    code: "InvalidPropertyValue",
  });
});
