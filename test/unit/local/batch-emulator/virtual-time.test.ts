// A smaller account in virtual time with random evictions: the same seed gives the same history to the millisecond, and
// the history adds up.
// Starts nothing: the executor is a fake.
import { expect, test } from "vitest";
import { addJob } from "../../../../local/batch-emulator/service/jobs/job-commands.ts";
import { addPool } from "../../../../local/batch-emulator/service/pools/pool-commands.ts";
import { addTask } from "../../../../local/batch-emulator/service/tasks/task-commands.ts";
import { machine } from "../../../support/batch/service-bench.ts";
import { RestartableService } from "../../../support/batch/restartable-service.ts";
import { checkLaws } from "../../../support/batch/service-commands.ts";

const nodes = 20;
const tasks = 1500;

async function history(seed: number) {
  const of = new RestartableService(seed, {
    evictionsPerNodeHour: 30,
    preemptionReturnMs: 20_000,
    lowPriorityCoreQuota: 1000,
  });
  await of.start();
  const { account } = of.bench;
  addPool(account, { id: "p", ...machine, taskSlotsPerNode: 2, targetLowPriorityNodes: nodes });
  const job = addJob(account, { id: "j", poolInfo: { poolId: "p" }, constraints: { maxTaskRetryCount: 3 } });
  for (let index = 0; index < tasks; index += 1)
    addTask(account, job, {
      id: `t${index}`,
      commandLine: "batchai.sim --duration 5s..60s --exit 9 --chance 0.05",
      requiredSlots: index % 7 === 0 ? 2 : 1,
    });
  let hours = 0;
  while (job.counts.completed < tasks && hours < 12) {
    await of.clock.advance(1_800_000);
    checkLaws(of.bench);
    hours += 0.5;
  }
  expect(of.observer.violations).toEqual([]);
  return { of, job };
}

/** What there is to tell about each task; node ids and all times included. */
const told = ({ job }: Awaited<ReturnType<typeof history>>) =>
  [...job.tasks].map(({ id, state, stateAt, attempt, execution }) => ({
    id,
    state,
    stateAt,
    attempt,
    execution,
  }));

test("evictions by seed: every task ends once, and starts, retries and requeues add up", async () => {
  const run = await history(11);
  const { counts } = run.job;
  expect(counts).toMatchObject({ active: 0, running: 0, completed: tasks });
  let starts = 0;
  let requeues = 0;
  for (const task of run.job.tasks) {
    const { retryCount = 0, requeueCount = 0 } = task.execution ?? {};
    expect(task.attempt).toBe(1 + retryCount + requeueCount);
    starts += task.attempt;
    requeues += requeueCount;
    const end = run.of.machines.lastEnds.get(task.row);
    expect(end).toMatchObject({ kind: "exited", exitCode: task.execution?.exitCode });
    if (task.execution?.result === "failure") expect(retryCount).toBe(3);
  }
  expect(run.of.machines.starts).toBe(starts);
  expect(requeues).toBeGreaterThan(20);
  expect(run.of.machines.live.size).toBe(0);
}, 60_000);

test("the same seed gives the same history, another seed another", async () => {
  const first = told(await history(3));
  expect(told(await history(3))).toEqual(first);
  expect(told(await history(4))).not.toEqual(first);
}, 60_000);
