// Random commands against the whole service, without sockets: whatever callers and nodes do, the laws hold.
// Starts nothing: the executor is a fake.
import fc from "fast-check";
import { expect, test } from "vitest";
import { addJob } from "../../../../local/batch-emulator/service/jobs/job-commands.ts";
import { addPool } from "../../../../local/batch-emulator/service/pools/pool-commands.ts";
import { addTask } from "../../../../local/batch-emulator/service/tasks/task-commands.ts";
import { machine, serviceBench, settle } from "../../../support/batch/service-bench.ts";
import type { ServiceBench as Bench } from "../../../support/batch/service-bench.ts";
import { checkLaws, commandNames, perform } from "../../../support/batch/service-commands.ts";

const commandLines = ["exit 0", "hold", "exit 1", "hold"];

/** A command of the table, or the end of a launch, which only a script decides. */
function act(of: Bench, name: string, number: number): void {
  if (name !== "endLaunch") return perform(of, name, number, commandLines[number % 4] ?? "hold");
  const ids = [...of.executor.running.keys()];
  const id = ids[number % Math.max(1, ids.length)];
  if (id !== undefined) of.executor.end(id, { exitCode: number % 2 });
}

function checkAll(of: Bench): void {
  checkLaws(of);
  const mains = [...of.executor.running.keys()].filter((id) => /^t\d+\.\d+$/.test(id));
  expect(new Set(mains.map((id) => id.split(".")[0])).size).toBe(mains.length);
}

const steps = fc.array(
  fc.tuple(
    fc.constantFrom(...commandNames, "endLaunch", "endLaunch", "endLaunch"),
    fc.nat(60),
    fc.constantFrom(0, 10, 100, 2000),
  ),
  {
    minLength: 10,
    maxLength: 60,
  },
);

test("no command in any order breaks a state machine, oversubscribes slots or loses count", async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (sequence) => {
      const of = serviceBench();
      addPool(of.account, { id: "p", ...machine, taskSlotsPerNode: 2, targetDedicatedNodes: 2 });
      addJob(of.account, { id: "j0", poolInfo: { poolId: "p" } });
      for (const [name, number, ms] of sequence) {
        act(of, name, number);
        if (ms > 0) await of.clock.advance(ms);
        checkAll(of);
      }
      await of.clock.advance(10_000);
      checkAll(of);
      for (const job of of.account.jobs)
        expect(job.state).toMatch(/^(active|disabled|completed|enabling|disabling)$/);
    }),
    { numRuns: 60, seed: 20_261_123 },
  );
}, 60_000);

test("a job of higher priority starts first; equals take turns", async () => {
  const of = serviceBench();
  addPool(of.account, { id: "p", ...machine, targetDedicatedNodes: 1 });
  const add = (id: string, priority: number) =>
    addJob(of.account, { id, poolInfo: { poolId: "p" }, priority });
  const jobs = [add("low", -10), add("a", 0), add("b", 0), add("high", 10)];
  for (const job of jobs)
    for (const index of [1, 2]) addTask(of.account, job, { id: `t${index}`, commandLine: "exit 0" });
  await settle(of);
  const order = of.executor.launches.map((launch) => launch.environment["AZ_BATCH_JOB_ID"]);
  expect(order).toEqual(["high", "high", "a", "b", "a", "b", "low", "low"]);
});

test("a wide task is not starved by narrow ones: after some overtaking, slots are kept for it", async () => {
  const of = serviceBench();
  addPool(of.account, { id: "p", ...machine, taskSlotsPerNode: 2, targetDedicatedNodes: 1 });
  const job = addJob(of.account, { id: "j", poolInfo: { poolId: "p" } });
  addTask(of.account, job, { id: "first", commandLine: "hold" });
  await settle(of);
  addTask(of.account, job, { id: "wide", commandLine: "exit 0", requiredSlots: 2 });
  for (let index = 0; index < 20; index += 1)
    addTask(of.account, job, { id: `n${index}`, commandLine: "exit 0" });
  await settle(of);
  const started = () => of.executor.launches.map((launch) => launch.environment["AZ_BATCH_TASK_ID"]);
  expect(started()).toEqual(["first", "n0", "n1", "n2"]);
  of.executor.end([...of.executor.running.keys()][0] ?? "", { exitCode: 0 });
  await settle(of);
  expect(started()[4]).toBe("wide");
  expect(job.counts.succeeded).toBe(22);
});

test("slots are not kept for a task that no node would take: its job's preparation failed there", async () => {
  const of = serviceBench();
  addPool(of.account, { id: "p", ...machine, taskSlotsPerNode: 2, targetDedicatedNodes: 1 });
  const poolInfo = { poolId: "p" };
  const job = addJob(of.account, { id: "j", poolInfo });
  const jobPreparationTask = { commandLine: "exit 1", constraints: { maxTaskRetryCount: 0 } };
  const prepared = addJob(of.account, { id: "prepared", poolInfo, priority: 10, jobPreparationTask });
  addTask(of.account, prepared, { id: "waits", commandLine: "exit 0" });
  await settle(of);
  for (let index = 0; index < 20; index += 1)
    addTask(of.account, job, { id: `n${index}`, commandLine: "exit 0" });
  await settle(of);
  expect(prepared.counts.active).toBe(1);
  expect(job.counts.succeeded).toBe(20);
});
