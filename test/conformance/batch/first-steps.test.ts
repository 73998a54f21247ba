import { afterAll, beforeAll, expect, test } from "vitest";
import { eventually, linuxPool, underTest } from "./emulator-under-test.ts";
import type { UnderTest } from "./emulator-under-test.ts";

let t: UnderTest;
beforeAll(async () => {
  t = await underTest();
});
afterAll(async () => {
  await t.emulator.dispose();
  expect(t.errors).toEqual([]);
});

test("the management client makes a pool, the batch client sees it and runs a task on it", async () => {
  const made = await t.arm.poolOperations.create("local", "devbatch", "batchai-1", {
    vmSize: "STANDARD_D2S_V3",
    deploymentConfiguration: {
      virtualMachineConfiguration: {
        imageReference: { publisher: "microsoft-dsvm", offer: "ubuntu-hpc", sku: "2204", version: "latest" },
        nodeAgentSkuId: "batch.node.ubuntu 22.04",
      },
    },
    scaleSettings: { fixedScale: { targetDedicatedNodes: 2, resizeTimeout: "PT15M" } },
    interNodeCommunication: "Enabled",
    startTask: {
      commandLine: "exit 0",
      userIdentity: { autoUser: { scope: "Pool", elevationLevel: "Admin" } },
      waitForSuccess: true,
    },
    mountConfiguration: [
      {
        azureBlobFileSystemConfiguration: {
          accountName: "acc",
          containerName: "data",
          accountKey: "c2VjcmV0",
          relativeMountPath: "data",
        },
      },
    ],
  });
  expect(made.provisioningState).toBe("Succeeded");
  expect(made.startTask?.userIdentity?.autoUser?.elevationLevel).toBe("Admin");
  expect(made.mountConfiguration?.[0]?.azureBlobFileSystemConfiguration?.accountKey).toBeUndefined();
  await eventually(
    () => t.batch.computeNode.list("batchai-1"),
    (nodes) => nodes.length === 2 && nodes.every((node) => node.state === "idle"),
  );
  expect((await t.batch.pool.get("batchai-1")).allocationState).toBe("steady");
  await t.batch.job.add({ id: "job", poolInfo: { poolId: "batchai-1" } });
  await t.batch.task.add("job", { id: "Hello", commandLine: "write hello" });
  const task = await eventually(
    () => t.batch.task.get("job", "hello"),
    (one) => one.state === "completed",
  );
  expect(task.executionInfo?.result).toBe("success");
  const file = await t.batch.file.getFromTask("job", "Hello", "stdout.txt");
  expect(await text(file)).toBe("hello\n");
  const part = await t.batch.file.getFromTask("job", "Hello", "stdout.txt", {
    fileGetFromTaskOptions: { ocpRange: "bytes=1-2" },
  });
  expect(await text(part)).toBe("el");
  await t.arm.poolOperations.beginDeleteAndWait("local", "devbatch", "batchai-1", { updateIntervalInMs: 0 });
  await expect(t.batch.pool.get("batchai-1")).rejects.toMatchObject({
    code: "PoolNotFound",
    statusCode: 404,
  });
});

test("a multi-instance task coordinates on distinct nodes before its command", async () => {
  await t.batch.pool.add({
    id: "gang",
    ...linuxPool,
    targetDedicatedNodes: 3,
    enableInterNodeCommunication: true,
  });
  await t.batch.job.add({ id: "gang", poolInfo: { poolId: "gang" } });
  await t.batch.task.add("gang", {
    id: "mpi",
    commandLine: "write done",
    multiInstanceSettings: { numberOfInstances: 3, coordinationCommandLine: "exit 0" },
  });
  const task = await eventually(
    () => t.batch.task.get("gang", "mpi"),
    (one) => one.state === "completed",
  );
  expect(task.executionInfo?.exitCode).toBe(0);
  const subtasks = await t.batch.task.listSubtasks("gang", "mpi");
  expect(subtasks.value?.map((one) => [one.id, one.state, one.result])).toEqual([
    [1, "completed", "success"],
    [2, "completed", "success"],
  ]);
  const launches = t.executor.launches.filter((launch) => launch.environment["AZ_BATCH_TASK_ID"] === "mpi");
  expect(new Set(launches.map((launch) => launch.nodeRoot)).size).toBe(3);
  expect(launches.at(-1)?.keepOutput).toBe(true);
  expect(launches[0]?.environment["AZ_BATCH_HOST_LIST"]?.split(",")).toHaveLength(3);
});

test("tasks are added by collection, counted, filtered, paged, and end with their job", async () => {
  await t.batch.job.add({ id: "many", poolInfo: { poolId: "nowhere" } });
  const result = await t.batch.task.addCollection(
    "many",
    Array.from({ length: 100 }, (_, index) => ({ id: `t${index}`, commandLine: "exit 0" })),
  );
  expect(result.value?.every((one) => one.status === "success")).toBe(true);
  const counts = await t.batch.job.getTaskCounts("many");
  expect([counts.taskCounts.active, counts.taskSlotCounts?.active]).toEqual([100, 100]);
  const first = await t.batch.task.list("many", { taskListOptions: { maxResults: 30, select: "id,state" } });
  expect(first).toHaveLength(30);
  const second = await t.batch.task.listNext(first.odatanextLink ?? "");
  expect(second[0]?.id).toBe("t30");
  const filtered = await t.batch.task.list("many", {
    taskListOptions: {
      filter:
        "state eq 'active' and stateTransitionTime gt DateTime'2020-01-01T00:00:00Z' and startswith(id,'t9')",
    },
  });
  expect(filtered).toHaveLength(11);
  await t.batch.task.terminate("many", "t0");
  expect((await t.batch.task.get("many", "t0")).state).toBe("completed");
  await t.batch.task.reactivate("many", "t0");
  await t.batch.task.deleteMethod("many", "t1");
  expect((await t.batch.job.getTaskCounts("many")).taskCounts.active).toBe(99);
  await t.batch.job.terminate("many");
  await eventually(
    () => t.batch.job.get("many"),
    (job) => job.state === "completed",
  );
  await t.batch.job.deleteMethod("many");
  await eventually(
    () => t.batch.job.list(),
    (jobs) => !jobs.some((job) => job.id === "many"),
  );
});

async function text(file: { readableStreamBody?: NodeJS.ReadableStream | undefined }): Promise<string> {
  let all = "";
  for await (const chunk of file.readableStreamBody ?? []) all += String(chunk);
  return all;
}

test("a pool is resized through the management plane", async () => {
  await t.batch.pool.add({ id: "scaled", ...linuxPool, targetDedicatedNodes: 1 });
  await eventually(
    () => t.batch.pool.get("scaled"),
    (pool) => pool.allocationState === "steady" && pool.currentDedicatedNodes === 1,
  );
  const answer = await t.arm.poolOperations.update("local", "devbatch", "scaled", {
    scaleSettings: {
      fixedScale: { targetDedicatedNodes: 3, nodeDeallocationOption: "TaskCompletion" },
    },
  });
  expect(answer.allocationState).toBe("Resizing");
  await eventually(
    () => t.batch.pool.get("scaled"),
    (pool) => pool.allocationState === "steady" && pool.currentDedicatedNodes === 3,
  );
  await t.arm.poolOperations.update("local", "devbatch", "scaled", {
    scaleSettings: { fixedScale: { targetDedicatedNodes: 0, targetLowPriorityNodes: 1 } },
  });
  const pool = await eventually(
    () => t.arm.poolOperations.get("local", "devbatch", "scaled"),
    (one) => one.allocationState === "Steady",
  );
  expect([pool.currentDedicatedNodes, pool.currentLowPriorityNodes]).toEqual([0, 1]);
});
