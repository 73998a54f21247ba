import { afterAll, beforeAll, expect, test } from "vitest";
import { eventually, launched, linuxPool, underTest } from "./emulator-under-test.ts";
import type { UnderTest } from "./emulator-under-test.ts";

let t: UnderTest;
beforeAll(async () => {
  t = await underTest({ parameters: { allTasksCompleteGraceMs: 20 } });
  await t.batch.pool.add({ id: "p", ...linuxPool, targetDedicatedNodes: 2 });
});
afterAll(async () => {
  await t.emulator.dispose();
  expect(t.errors).toEqual([]);
});

const poolInfo = { poolId: "p" };
const taskIn = (job: string, task: string, state: string) =>
  eventually(
    () => t.batch.task.get(job, task),
    (one) => one.state === state,
  );
const jobIn = (job: string, state: string) =>
  eventually(
    () => t.batch.job.get(job),
    (one) => one.state === state,
  );
const launchesOf = (task: string) =>
  t.executor.launches.filter((launch) => launch.environment["AZ_BATCH_TASK_ID"] === task);

test("a job is added, read with its defaults, replaced, patched and deleted", async () => {
  await t.batch.job.add({ id: "J1", poolInfo, metadata: [{ name: "a", value: "1" }], priority: 5 });
  await expect(t.batch.job.add({ id: "j1", poolInfo })).rejects.toMatchObject({ code: "JobExists" });
  const job = await t.batch.job.get("j1");
  expect(job).toMatchObject({ id: "J1", state: "active", priority: 5, allowTaskPreemption: false });
  expect(job.constraints).toEqual({ maxWallClockTime: "P10675199DT2H48M5.4775807S", maxTaskRetryCount: 0 });
  await t.batch.job.patch("J1", { constraints: { maxTaskRetryCount: 3 }, priority: 500 });
  expect((await t.batch.job.get("J1")).metadata).toHaveLength(1);
  await t.batch.job.update("J1", { poolInfo, priority: 1 });
  const replaced = await t.batch.job.get("J1");
  expect([replaced.metadata, replaced.constraints?.maxTaskRetryCount]).toEqual([undefined, 0]);
  await expect(t.batch.job.patch("J1", { priority: 1001 })).rejects.toMatchObject({
    code: "OutOfRangePriority",
  });
  await t.batch.job.deleteMethod("J1");
  await eventually(
    () => t.batch.job.list({ jobListOptions: { filter: "id eq 'J1'" } }),
    (jobs) => jobs.length === 0,
  );
});

test("outcomes: success, exit code, missing program", async () => {
  await t.batch.job.add({ id: "outcomes", poolInfo });
  const result = await t.batch.task.addCollection("outcomes", [
    { id: "good", commandLine: "exit 0" },
    { id: "bad", commandLine: "exit 4" },
    { id: "none", commandLine: "missing" },
    { id: "good", commandLine: "exit 0" },
  ]);
  expect(result.value?.map((one) => [one.status, one.error?.code])).toEqual([
    ["success", undefined],
    ["success", undefined],
    ["success", undefined],
    ["clienterror", "TaskExists"],
  ]);
  const good = await taskIn("outcomes", "good", "completed");
  expect(good.executionInfo).toMatchObject({ exitCode: 0, result: "success", retryCount: 0 });
  expect(good.nodeInfo?.taskRootDirectory).toBe("workitems/outcomes/job-1/good");
  const bad = await taskIn("outcomes", "bad", "completed");
  expect(bad.executionInfo).toMatchObject({ exitCode: 4, result: "failure" });
  expect(bad.executionInfo?.failureInfo).toMatchObject({ category: "UserError", code: "FailureExitCode" });
  const none = await taskIn("outcomes", "none", "completed");
  expect(none.executionInfo?.failureInfo?.code).toBe("CommandProgramNotFound");
  expect(none.executionInfo?.exitCode).toBeUndefined();
  const counts = await t.batch.job.getTaskCounts("outcomes");
  expect(counts.taskCounts).toEqual({ active: 0, running: 0, completed: 3, succeeded: 1, failed: 2 });
});

test("only exit codes are retried, as often as the task says", async () => {
  await t.batch.job.add({ id: "retry", poolInfo });
  await t.batch.task.add("retry", { id: "r", commandLine: "exit 1", constraints: { maxTaskRetryCount: 2 } });
  await t.batch.task.add("retry", { id: "m", commandLine: "missing", constraints: { maxTaskRetryCount: 2 } });
  const task = await taskIn("retry", "r", "completed");
  expect(task.executionInfo).toMatchObject({ retryCount: 2, requeueCount: 0 });
  expect(launchesOf("r")).toHaveLength(3);
  expect((await taskIn("retry", "m", "completed")).executionInfo?.retryCount).toBe(0);
});

test("a wall clock limit ends the task and is not retried", async () => {
  await t.batch.job.add({ id: "clock", poolInfo });
  const constraints = { maxWallClockTime: "PT0.1S", maxTaskRetryCount: 5 };
  await t.batch.task.add("clock", { id: "w", commandLine: "sleep", constraints });
  const task = await taskIn("clock", "w", "completed");
  expect(task.executionInfo).toMatchObject({
    result: "failure",
    retryCount: 0,
    failureInfo: { code: "MaxWallClockTimeExceeded" },
  });
});

test("terminate, reactivate and delete", async () => {
  await t.batch.job.add({ id: "end", poolInfo });
  await t.batch.task.add("end", { id: "e", commandLine: "sleep" });
  await taskIn("end", "e", "running");
  await expect(t.batch.task.reactivate("end", "e")).rejects.toMatchObject({ code: "TaskNotCompleted" });
  await t.batch.task.terminate("end", "e");
  expect((await t.batch.task.get("end", "e")).executionInfo?.failureInfo?.code).toBe("TaskEnded");
  await expect(t.batch.task.terminate("end", "e")).rejects.toMatchObject({ code: "TaskCompleted" });
  await t.batch.task.reactivate("end", "e");
  await taskIn("end", "e", "running");
  await t.batch.task.deleteMethod("end", "e");
  await expect(t.batch.task.get("end", "e")).rejects.toMatchObject({ code: "TaskNotFound" });
  await t.emulator.idle();
  expect(
    [...t.executor.running.values()].filter((one) => one.environment["AZ_BATCH_TASK_ID"] === "e"),
  ).toEqual([]);
});

test("dependencies by id and range hold tasks back until they are satisfied", async () => {
  await t.batch.job.add({ id: "deps", poolInfo, usesTaskDependencies: true });
  await t.batch.task.add("deps", { id: "last", commandLine: "exit 0", dependsOn: { taskIds: ["1", "x"] } });
  const taskIdRanges = [{ start: 1, end: 2 }];
  await t.batch.task.add("deps", { id: "range", commandLine: "exit 0", dependsOn: { taskIdRanges } });
  await t.batch.task.add("deps", { id: "blocked", commandLine: "exit 0", dependsOn: { taskIds: ["fails"] } });
  await t.batch.task.add("deps", { id: "1", commandLine: "hold" });
  await t.batch.task.add("deps", { id: "x", commandLine: "exit 0" });
  await t.batch.task.add("deps", { id: "fails", commandLine: "exit 1" });
  await taskIn("deps", "x", "completed");
  expect((await t.batch.task.get("deps", "last")).state).toBe("active");
  const { id } = await launched(t, (given) => given["AZ_BATCH_TASK_ID"] === "1");
  t.executor.end(id, { exitCode: 0 });
  await taskIn("deps", "last", "completed");
  expect((await t.batch.task.get("deps", "range")).state).toBe("active");
  await t.batch.task.add("deps", { id: "002", commandLine: "exit 0" });
  await taskIn("deps", "range", "completed");
  await taskIn("deps", "fails", "completed");
  expect((await t.batch.task.get("deps", "blocked")).state).toBe("active");
  await t.batch.job.add({ id: "nodeps", poolInfo });
  await expect(
    t.batch.task.add("nodeps", { id: "d", commandLine: "exit 0", dependsOn: { taskIds: ["a"] } }),
  ).rejects.toMatchObject({ code: "TaskDependenciesNotSpecifiedOnJob" });
});

test("exit conditions act on dependants and on the job", async () => {
  const onTaskFailure = "performexitoptionsjobaction" as const;
  await t.batch.job.add({ id: "exit", poolInfo, usesTaskDependencies: true, onTaskFailure });
  await t.batch.task.add("exit", {
    id: "soft",
    commandLine: "exit 3",
    exitConditions: {
      exitCodes: [{ code: 3, exitOptions: { dependencyAction: "satisfy", jobAction: "none" } }],
      default: { jobAction: "terminate" },
    },
  });
  await t.batch.task.add("exit", { id: "after", commandLine: "exit 0", dependsOn: { taskIds: ["soft"] } });
  await taskIn("exit", "after", "completed");
  expect((await t.batch.job.get("exit")).state).toBe("active");
  await t.batch.task.add("exit", { id: "hard", commandLine: "exit 1" });
  const job = await jobIn("exit", "completed");
  expect(job.executionInfo?.terminateReason).toBe("TaskFailed");
  await expect(t.batch.task.add("exit", { id: "late", commandLine: "exit 0" })).rejects.toMatchObject({
    code: "JobCompleted",
  });
});

test("onAllTasksComplete ends the job when its last task is done", async () => {
  await t.batch.job.add({ id: "all", poolInfo });
  await t.batch.task.add("all", { id: "a", commandLine: "exit 0" });
  await t.batch.job.patch("all", { onAllTasksComplete: "terminatejob" });
  const job = await jobIn("all", "completed");
  expect(job.executionInfo?.terminateReason).toBe("AllTasksComplete");
  expect((await t.batch.task.get("all", "a")).executionInfo?.result).toBe("success");
});

test("disable requeues, enable goes on, terminate leaves waiting tasks active", async () => {
  await t.batch.job.add({ id: "switch", poolInfo });
  await t.batch.task.add("switch", { id: "s", commandLine: "sleep" });
  await taskIn("switch", "s", "running");
  await t.batch.job.disable("switch", "requeue");
  await jobIn("switch", "disabled");
  expect((await t.batch.task.get("switch", "s")).executionInfo?.requeueCount).toBe(1);
  await t.batch.task.add("switch", { id: "more", commandLine: "sleep" });
  await t.batch.job.enable("switch");
  await taskIn("switch", "s", "running");
  await t.batch.job.disable("switch", "terminate");
  await jobIn("switch", "disabled");
  await t.batch.task.add("switch", { id: "never", commandLine: "sleep" });
  await t.batch.job.terminate("switch", { terminateReason: "enough" });
  expect((await jobIn("switch", "completed")).executionInfo?.terminateReason).toBe("enough");
  expect((await t.batch.task.get("switch", "never")).state).toBe("active");
  await expect(t.batch.job.terminate("switch")).rejects.toMatchObject({ code: "JobCompleted" });
});

test("preparation runs once per node before the first task, release when the job ends", async () => {
  await t.batch.job.add({
    id: "prep",
    poolInfo,
    jobPreparationTask: { commandLine: "exit 0" },
    jobReleaseTask: { commandLine: "exit 0" },
  });
  const tasks = Array.from({ length: 6 }, (_, index) => ({ id: `t${index}`, commandLine: "exit 0" }));
  await t.batch.task.addCollection("prep", tasks);
  await eventually(
    () => t.batch.job.getTaskCounts("prep"),
    (counts) => counts.taskCounts.succeeded === 6,
  );
  const prepared = t.executor.launches.filter((one) =>
    one.taskDirectory.endsWith("/prep/job-1/jobpreparation"),
  );
  expect(prepared.length).toBeLessThanOrEqual(2);
  expect(new Set(prepared.map((one) => one.nodeRoot)).size).toBe(prepared.length);
  await t.batch.job.terminate("prep");
  await jobIn("prep", "completed");
  const status = await t.batch.job.listPreparationAndReleaseTaskStatus("prep");
  expect(status).toHaveLength(prepared.length);
  expect(status[0]?.jobReleaseTaskExecutionInfo).toMatchObject({ state: "completed", exitCode: 0 });
  await expect(t.batch.job.listPreparationAndReleaseTaskStatus("outcomes")).rejects.toMatchObject({
    code: "JobPreparationTaskOrReleaseTaskNotSpecified",
  });
});

test("a schedule makes one job at a time and ends with it", async () => {
  await t.batch.jobSchedule.add({
    id: "sched",
    schedule: { recurrenceInterval: "PT1M" },
    jobSpecification: { poolInfo, priority: 7 },
  });
  const schedule = await eventually(
    () => t.batch.jobSchedule.get("sched"),
    (one) => one.executionInfo?.recentJob !== undefined,
  );
  expect(schedule.executionInfo?.recentJob?.id).toBe("sched:job-1");
  expect((await t.batch.job.get("sched:job-1")).priority).toBe(7);
  await t.batch.task.add("sched:job-1", { id: "s", commandLine: "exit 0" });
  const task = await taskIn("sched:job-1", "s", "completed");
  expect(task.nodeInfo?.taskRootDirectory).toBe("workitems/sched/job-1/s");
  expect(await t.batch.job.listFromJobSchedule("sched")).toHaveLength(1);
  await t.batch.jobSchedule.patch("sched", { metadata: [{ name: "k", value: "v" }] });
  await t.batch.jobSchedule.update("sched", {
    schedule: { recurrenceInterval: "PT2M" },
    jobSpecification: { poolInfo },
  });
  expect((await t.batch.jobSchedule.get("sched")).metadata).toBeUndefined();
  expect((await t.batch.jobSchedule.exists("sched")).body).toBe(true);
  await t.batch.jobSchedule.disable("sched");
  await expect(t.batch.jobSchedule.disable("sched")).rejects.toMatchObject({ code: "JobScheduleDisabled" });
  await t.batch.jobSchedule.enable("sched");
  await t.batch.jobSchedule.terminate("sched");
  await eventually(
    () => t.batch.jobSchedule.get("sched"),
    (one) => one.state === "completed",
  );
  expect((await t.batch.job.get("sched:job-1")).executionInfo?.terminateReason).toBe("TerminateJobSchedule");
  await t.batch.jobSchedule.deleteMethod("sched");
  await eventually(
    () => t.batch.jobSchedule.exists("sched"),
    (answer) => !answer.body,
  );
});

test("a job manager task ends its job; an automatic pool lives as long as its job", async () => {
  await t.batch.job.add({
    id: "managed",
    poolInfo: {
      autoPoolSpecification: {
        autoPoolIdPrefix: "auto-",
        poolLifetimeOption: "job",
        pool: { ...linuxPool, targetDedicatedNodes: 1 },
      },
    },
    jobManagerTask: { id: "manager", commandLine: "exit 0" },
  });
  const job = await jobIn("managed", "completed");
  expect(job.executionInfo?.terminateReason).toBe("JMComplete");
  const poolId = job.executionInfo?.poolId ?? "";
  expect(poolId).toMatch(/^auto-[0-9a-f-]{36}$/);
  await eventually(
    () => t.batch.pool.exists(poolId),
    (answer) => !answer.body,
  );
});

test("task constraints can be replaced until the task is done; identities and settings read back", async () => {
  await t.batch.job.add({ id: "update", poolInfo: { poolId: "absent" } });
  await t.batch.task.add("update", {
    id: "u",
    commandLine: "exit 0",
    environmentSettings: [{ name: "A", value: "b" }],
    constraints: { maxTaskRetryCount: 1 },
  });
  await t.batch.task.update("update", "u", {
    constraints: { maxTaskRetryCount: 3, maxWallClockTime: "P3Y6M4DT12H30M5S" },
  });
  const [task] = await t.batch.task.list("update");
  expect(task?.constraints).toMatchObject({ maxTaskRetryCount: 3, maxWallClockTime: "P1279DT12H30M5S" });
  expect(task?.userIdentity?.autoUser).toEqual({ scope: "pool", elevationLevel: "nonadmin" });
  await t.batch.task.update("update", "u", {});
  expect((await t.batch.task.get("update", "u")).constraints?.maxTaskRetryCount).toBe(0);
});

test("what was read of a job, a task and a schedule is put back as it is, with what changed", async () => {
  const onTaskFailure = "performexitoptionsjobaction" as const;
  await t.batch.job.add({
    id: "back",
    poolInfo: { poolId: "absent" },
    usesTaskDependencies: true,
    onTaskFailure,
  });
  const job = await t.batch.job.get("back");
  expect(job).toMatchObject({ priority: 0, maxParallelTasks: -1, onAllTasksComplete: "noaction" });
  const { constraints, maxParallelTasks = 0, onAllTasksComplete = "noaction" } = job;
  const same = { poolInfo: job.poolInfo ?? {}, maxParallelTasks, onAllTasksComplete };
  await t.batch.job.update("back", {
    ...same,
    priority: 500,
    constraints: { ...constraints, maxTaskRetryCount: 3 },
  });
  expect(await t.batch.job.get("back")).toMatchObject({
    priority: 500,
    constraints: { maxTaskRetryCount: 3 },
  });

  const settings = {
    userIdentity: { userName: "ann" },
    exitConditions: {
      default: { jobAction: "terminate" as const, dependencyAction: "satisfy" as const },
      exitCodes: [
        { code: 1, exitOptions: { jobAction: "none" as const, dependencyAction: "block" as const } },
      ],
    },
    outputFiles: [
      {
        filePattern: "../stdout.txt",
        destination: { container: { containerUrl: "https://mine.blob.example/box?se=1", path: "out.txt" } },
        uploadOptions: { uploadCondition: "taskcompletion" as const },
      },
    ],
  };
  await t.batch.task.add("back", { id: "t", commandLine: "exit 0", ...settings });
  const task = await t.batch.task.get("back", "t");
  expect(task).toMatchObject(settings);
  expect(task.constraints?.retentionTime).toBe("P7D");
  const kept = { ...task.constraints, maxTaskRetryCount: 5, retentionTime: "P5D" };
  await t.batch.task.update("back", "t", { constraints: kept });
  expect((await t.batch.task.get("back", "t")).constraints).toEqual(kept);

  const until = new Date(Date.now() + 5 * 3_600_000);
  const schedule = { doNotRunUntil: new Date(), doNotRunAfter: until, startWindow: "P5D" };
  const jobSpecification = { poolInfo: { poolId: "absent" }, priority: 100 };
  await t.batch.jobSchedule.add({ id: "back-again", schedule, jobSpecification });
  const [found] = await t.batch.jobSchedule.list({
    jobScheduleListOptions: { filter: "id eq 'back-again'" },
  });
  expect(found).toMatchObject({ id: "back-again", jobSpecification: { priority: 100 } });
  expect(found?.schedule?.doNotRunAfter).toEqual(until);
  const read = await t.batch.jobSchedule.get("back-again");
  await t.batch.jobSchedule.update("back-again", {
    schedule: { ...read.schedule, recurrenceInterval: "PT6H" },
    jobSpecification: read.jobSpecification ?? jobSpecification,
    metadata: [{ name: "a", value: "1" }],
  });
  await t.batch.jobSchedule.patch("back-again", { metadata: [{ name: "b", value: "2" }] });
  expect(await t.batch.jobSchedule.get("back-again")).toMatchObject({
    schedule: { recurrenceInterval: "PT6H", startWindow: "P5D" },
    jobSpecification: { priority: 100 },
    metadata: [{ name: "b", value: "2" }],
  });
  await t.batch.jobSchedule.deleteMethod("back-again");
});

test("a collection that is too large for a request is refused whole; its parts are taken", async () => {
  await t.batch.job.add({ id: "large", poolInfo: { poolId: "absent" } });
  const resourceFiles = Array.from({ length: 100 }, (_, index) => ({
    httpUrl: `https://mine.blob.example/files/${"x".repeat(40)}${index}`,
    filePath: `file${index}`,
  }));
  const tasks = Array.from({ length: 100 }, (_, index) => ({
    id: `t${index}`,
    commandLine: "exit 0",
    resourceFiles,
  }));
  const tooLarge = { statusCode: 413, code: "RequestBodyTooLarge" };
  await expect(t.batch.task.addCollection("large", tasks)).rejects.toMatchObject(tooLarge);
  for (const from of [0, 50]) {
    const { value } = await t.batch.task.addCollection("large", tasks.slice(from, from + 50));
    expect(value?.every((one) => one.status === "success")).toBe(true);
  }
  expect((await t.batch.job.getTaskCounts("large")).taskCounts.active).toBe(100);
  const alone = {
    id: "alone",
    commandLine: "exit 0",
    resourceFiles: tasks.flatMap((one) => one.resourceFiles),
  };
  await expect(t.batch.task.addCollection("large", [alone])).rejects.toMatchObject(tooLarge);
});

test("files of a task are listed, described, read and deleted", async () => {
  await t.batch.job.add({ id: "files", poolInfo });
  await t.batch.task.add("files", { id: "f", commandLine: "write hello world" });
  await taskIn("files", "f", "completed");
  const files = await t.batch.file.listFromTask("files", "f", { recursive: true });
  expect(files.map((file) => [file.name, file.isDirectory])).toEqual([
    ["stderr.txt", false],
    ["stdout.txt", false],
    ["wd", true],
  ]);
  const filtered = await t.batch.file.listFromTask("files", "f", {
    fileListFromTaskOptions: { filter: "startswith(name,'STD')" },
  });
  expect(filtered).toHaveLength(2);
  const properties = await t.batch.file.getPropertiesFromTask("files", "f", "stdout.txt");
  expect(properties).toMatchObject({ contentLength: 12, ocpBatchFileMode: expect.stringMatching(/^0o100/) });
  await t.batch.file.deleteFromTask("files", "f", "stdout.txt");
  await expect(t.batch.file.getFromTask("files", "f", "stdout.txt")).rejects.toMatchObject({
    statusCode: 404,
  });
  await expect(
    t.batch.file.getPropertiesFromTask("files", "f", "wd/../../../../../.."),
  ).rejects.toMatchObject({
    statusCode: 404,
  });
});
