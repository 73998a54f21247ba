// Which task runs first, which gives way, and what a task may do in its job's name.
import { afterAll, beforeAll, expect, test } from "vitest";
import { eventually, launched, linuxPool, underTest } from "./emulator-under-test.ts";
import type { UnderTest } from "./emulator-under-test.ts";

let t: UnderTest;
beforeAll(async () => {
  t = await underTest();
  await t.batch.pool.add({ id: "p", ...linuxPool, targetDedicatedNodes: 2, taskSlotsPerNode: 2 });
});
afterAll(async () => {
  await t.emulator.dispose();
  expect(t.errors).toEqual([]);
});

const poolInfo = { poolId: "p" };
const sleepers = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ id: `t${index}`, commandLine: "sleep" }));
const running = (job: string, count: number) =>
  eventually(
    () => t.batch.job.getTaskCounts(job),
    (counts) => counts.taskCounts.running === count,
  );
const end = async (job: string) => {
  await t.batch.job.deleteMethod(job);
  await eventually(
    () => t.batch.job.list({ jobListOptions: { filter: `id eq '${job}'` } }),
    (jobs) => jobs.length === 0,
  );
};

test("a job of higher priority takes as many running tasks as it needs from one that allows it", async () => {
  await t.batch.job.add({ id: "low", poolInfo, priority: -5, allowTaskPreemption: true });
  await t.batch.task.addCollection("low", sleepers(4));
  await running("low", 4);
  await t.batch.job.add({ id: "high", poolInfo, priority: 5 });
  await t.batch.task.add("high", { id: "wide", commandLine: "sleep", requiredSlots: 2 });
  await running("high", 1);
  await running("low", 2);
  const tasks = await t.batch.task.list("low");
  const requeued = tasks.filter((task) => task.state === "active");
  expect(requeued.map((task) => task.executionInfo)).toEqual([
    expect.objectContaining({ requeueCount: 1, retryCount: 0 }),
    expect.objectContaining({ requeueCount: 1, retryCount: 0 }),
  ]);
  await end("high");
  await running("low", 4);
  expect((await t.batch.job.get("low")).allowTaskPreemption).toBe(true);
});

test("equal priority displaces nothing, and neither does anybody a job that has withdrawn its offer", async () => {
  await t.batch.job.add({ id: "equal", poolInfo, priority: -5 });
  await t.batch.task.addCollection("equal", sleepers(1));
  await t.batch.job.patch("low", { allowTaskPreemption: false });
  await t.batch.job.add({ id: "high", poolInfo, priority: 5 });
  await t.batch.task.addCollection("high", sleepers(1));
  expect((await t.batch.job.getTaskCounts("low")).taskCounts.running).toBe(4);
  await t.batch.job.patch("low", { allowTaskPreemption: true });
  await running("high", 1);
  expect((await t.batch.job.getTaskCounts("equal")).taskCounts.running).toBe(0);
  for (const job of ["equal", "low", "high"]) await end(job);
});

test("jobs of equal priority take turns, or go by age where the pool says so", async () => {
  for (const [pool, jobDefaultOrder, expected] of [
    ["turns", undefined, ["old", "new", "old", "new"]],
    ["age", "creationtime", ["old", "old", "new", "new"]],
  ] as const) {
    const answer = await fetch(`${t.emulator.url}/pools?api-version=2025-06-01`, {
      method: "POST",
      headers: { authorization: "Bearer good" },
      body: JSON.stringify({
        id: pool,
        ...linuxPool,
        taskSchedulingPolicy: { nodeFillType: "Spread", jobDefaultOrder },
      }),
    });
    expect(answer.status).toBe(201);
    for (const job of ["old", "new"]) {
      const id = `${job}-${pool}`;
      await t.batch.job.add({ id, poolInfo: { poolId: pool } });
      const tasks = [0, 1].map((index) => ({ id: `t${index}`, commandLine: "write x" }));
      await t.batch.task.addCollection(id, tasks);
    }
    await t.batch.pool.resize(pool, { targetDedicatedNodes: 1 });
    for (const job of ["old", "new"])
      await eventually(
        () => t.batch.job.getTaskCounts(`${job}-${pool}`),
        (counts) => counts.taskCounts.succeeded === 2,
      );
    const jobs = t.executor.launches
      .map((launch) => launch.environment["AZ_BATCH_JOB_ID"] ?? "")
      .filter((job) => job.endsWith(`-${pool}`));
    expect(jobs.map((job) => job.split("-")[0])).toEqual(expected);
  }
});

test("a task's token opens the task's own job, as long as the task runs", async () => {
  await t.batch.job.add({ id: "own", poolInfo });
  await t.batch.job.add({ id: "other", poolInfo });
  await t.batch.task.addCollection("own", [
    { id: "with", commandLine: "sleep", authenticationTokenSettings: { access: ["job"] } },
    { id: "without", commandLine: "sleep" },
  ]);
  const environmentOf = async (task: string) =>
    (await launched(t, (given) => given["AZ_BATCH_TASK_ID"] === task)).environment;
  expect(await environmentOf("without")).not.toHaveProperty("AZ_BATCH_AUTHENTICATION_TOKEN");
  const token = (await environmentOf("with"))["AZ_BATCH_AUTHENTICATION_TOKEN"] ?? "";
  const send = async (path: string, init: RequestInit = {}, authorization = `Bearer ${token}`) => {
    const url = `${t.emulator.url}${path}?api-version=2025-06-01`;
    return (await fetch(url, { ...init, headers: { authorization } })).status;
  };
  const add = { method: "POST", body: JSON.stringify({ id: "child", commandLine: "exit 0" }) };
  expect(await send("/jobs/OWN")).toBe(200);
  expect(await send("/jobs/own/tasks", add)).toBe(201);
  expect(await send("/jobs/other")).toBe(403);
  expect(await send("/jobs")).toBe(403);
  expect(await send("/pools")).toBe(403);
  expect(await send("/pools/p/nodes")).toBe(403);
  expect(await send("/jobs/own", {}, `Bearer ${token.slice(0, -2)}xx`)).toBe(403);
  await t.batch.task.terminate("own", "with");
  expect(await send("/jobs/own")).toBe(403);
});
