// What the service fills in where a caller said nothing, and answers.
import { afterAll, beforeAll, expect, test } from "vitest";
import { linuxPool, underTest } from "./emulator-under-test.ts";
import type { UnderTest } from "./emulator-under-test.ts";

let t: UnderTest;
beforeAll(async () => {
  t = await underTest();
});
afterAll(async () => {
  await t.emulator.dispose();
  expect(t.errors).toEqual([]);
});

const user = { autoUser: { scope: "pool", elevationLevel: "nonadmin" } };
const autoPool = { poolLifetimeOption: "job" as const, pool: linuxPool };
const filledPool = {
  taskSlotsPerNode: 1,
  taskSchedulingPolicy: { nodeFillType: "Spread" },
  resizeTimeout: "PT15M",
  targetDedicatedNodes: 0,
  targetLowPriorityNodes: 0,
  enableAutoScale: false,
  enableInterNodeCommunication: false,
};
const tasks = {
  jobManagerTask: { id: "manager", commandLine: "exit 0" },
  jobPreparationTask: {
    commandLine: "exit 0",
    userIdentity: { autoUser: { elevationLevel: "admin" as const } },
  },
  jobReleaseTask: { commandLine: "exit 0" },
};

test("a pool tells the version of its image, the level of its users, and what it said nothing about", async () => {
  const { version: _version, ...imageReference } = linuxPool.virtualMachineConfiguration.imageReference;
  await t.batch.pool.add({
    id: "p",
    ...linuxPool,
    virtualMachineConfiguration: {
      ...linuxPool.virtualMachineConfiguration,
      imageReference,
      dataDisks: [{ lun: 0, diskSizeGB: 10 }],
    },
    userAccounts: [{ name: "ann", password: "s3cret" }],
    startTask: { commandLine: "exit 0", userIdentity: { autoUser: { scope: "task" } } },
    networkConfiguration: {},
  });
  expect(await t.batch.pool.get("p")).toMatchObject({
    virtualMachineConfiguration: {
      imageReference: { ...imageReference, version: "latest" },
      dataDisks: [{ lun: 0, caching: "readwrite", storageAccountType: "standard_lrs" }],
    },
    userAccounts: [{ name: "ann", elevationLevel: "nonadmin" }],
    startTask: {
      userIdentity: { autoUser: { scope: "task", elevationLevel: "nonadmin" } },
      waitForSuccess: true,
    },
    networkConfiguration: { dynamicVNetAssignmentScope: "none" },
  });
  const managed = await t.arm.poolOperations.get("local", "devbatch", "p");
  expect(managed.networkConfiguration).toMatchObject({
    dynamicVnetAssignmentScope: "none",
    enableAcceleratedNetworking: false,
  });
});

test("a job's own tasks and its automatic pool are answered in full, alone and in a schedule", async () => {
  await t.batch.job.add({ id: "j", poolInfo: { autoPoolSpecification: autoPool }, ...tasks });
  const shape = {
    jobManagerTask: { userIdentity: user, killJobOnCompletion: true, constraints: { maxTaskRetryCount: 0 } },
    jobPreparationTask: {
      id: "jobpreparation",
      userIdentity: { autoUser: { scope: "pool", elevationLevel: "admin" } },
    },
    jobReleaseTask: { id: "jobrelease", userIdentity: user, maxWallClockTime: "PT15M" },
    poolInfo: { autoPoolSpecification: { keepAlive: false, pool: filledPool } },
  };
  expect(await t.batch.job.get("j")).toMatchObject(shape);
  await t.batch.jobSchedule.add({
    id: "s",
    schedule: { doNotRunUntil: new Date("2999-01-01") },
    jobSpecification: { poolInfo: { autoPoolSpecification: autoPool }, ...tasks },
  });
  const { jobSpecification } = await t.batch.jobSchedule.get("s");
  expect(jobSpecification).toMatchObject({ ...shape, priority: 0, maxParallelTasks: -1 });
});
