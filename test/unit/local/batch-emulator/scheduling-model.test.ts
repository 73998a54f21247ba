// Random commands against the whole service, without sockets: whatever callers and nodes do, the laws hold.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { BatchFault } from "../../../../local/batch-emulator/service/fault.ts";
import { addJob } from "../../../../local/batch-emulator/service/job-commands.ts";
import {
  deleteJob,
  deleteTask,
  disableJob,
  enableJob,
  terminateJob,
} from "../../../../local/batch-emulator/service/job-control.ts";
import type { Job, Node, Task } from "../../../../local/batch-emulator/service/model.ts";
import {
  rebootNode,
  disableScheduling,
  enableScheduling,
} from "../../../../local/batch-emulator/service/node-commands.ts";
import { addPool, resizePool } from "../../../../local/batch-emulator/service/pool-commands.ts";
import { addTask } from "../../../../local/batch-emulator/service/task-commands.ts";
import { reactivateTask, terminateTask } from "../../../../local/batch-emulator/service/task-life.ts";
import { cancelRun } from "../../../../local/batch-emulator/service/task-run.ts";
import type { World } from "../../../../local/batch-emulator/service/world.ts";
import { openLibsqlJournal } from "../../../../local/batch-emulator/store/libsql-journal.ts";
import { manualClock } from "../../../../local/clock.ts";
import { machine, serviceBench, settle } from "../../../support/batch/service-bench.ts";
import type { ServiceBench as Bench } from "../../../support/batch/service-bench.ts";

const folder = mkdtempSync(join(tmpdir(), "batch-model-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function tally(job: Job) {
  const counts = { active: 0, running: 0, completed: 0, succeeded: 0, failed: 0 };
  const slots = { active: 0, running: 0, completed: 0, succeeded: 0, failed: 0 };
  for (const task of job.tasks) {
    const names: (keyof typeof counts)[] =
      task.state === "completed"
        ? ["completed", task.execution?.result === "success" ? "succeeded" : "failed"]
        : [task.state === "active" ? "active" : "running"];
    for (const name of names) {
      counts[name] += 1;
      slots[name] += task.spec.requiredSlots ?? 1;
    }
  }
  return { counts, slots };
}

function checkLaws({ world, errors, executor }: Bench): void {
  expect(errors).toEqual([]);
  for (const job of world.jobs) {
    const { counts, slots } = tally(job);
    expect(job.counts).toEqual(counts);
    expect(job.slotCounts).toEqual(slots);
    for (const run of job.runs) expect(new Set(run.nodes).size).toBe(run.nodes.length);
  }
  for (const pool of world.pools)
    for (const node of pool.nodes) {
      const used = [...node.runs.keys()].reduce((sum, run) => sum + run.slots, 0);
      expect(node.slotsUsed).toBe(used);
      expect(used).toBeLessThanOrEqual(pool.spec.taskSlotsPerNode ?? 1);
    }
  const mains = [...executor.running.keys()].map((id) => id.split(".")[0]);
  expect(new Set(mains).size).toBe(mains.length);
}

type Command = (bench: Bench, picks: Picks) => void;
interface Picks {
  job(): Job | undefined;
  task(): Task | undefined;
  node(): Node | undefined;
  number: number;
}

const commands: Record<string, Command> = {
  addJob: ({ world }, { number }) =>
    void addJob(world, { id: `j${number % 4}`, poolInfo: { poolId: "p" }, priority: (number % 3) * 10 }),
  addTask: ({ world }, picks) => {
    const job = picks.job();
    if (job === undefined || job.state !== "active") return;
    addTask(world, job, {
      id: `t${picks.number}`,
      commandLine: ["exit 0", "hold", "exit 1", "hold"][picks.number % 4] ?? "hold",
      requiredSlots: 1 + (picks.number % 2),
      constraints: { maxTaskRetryCount: picks.number % 3 },
    });
  },
  endLaunch: ({ executor }, { number }) => {
    const ids = [...executor.running.keys()];
    const id = ids[number % Math.max(1, ids.length)];
    if (id !== undefined) executor.end(id, { exitCode: number % 2 });
  },
  terminateTask: ({ world }, picks) => {
    const task = picks.task();
    if (task !== undefined) terminateTask(world, task, (run) => cancelRun(world, run));
  },
  reactivateTask: ({ world }, picks) => {
    const task = picks.task();
    if (task?.job.state === "active") reactivateTask(world, task);
  },
  deleteTask: ({ world }, picks) => {
    const task = picks.task();
    if (task !== undefined) deleteTask(world, task);
  },
  disableJob: ({ world }, picks) => {
    const job = picks.job();
    const how = (["requeue", "terminate", "wait"] as const)[picks.number % 3] ?? "wait";
    if (job !== undefined) disableJob(world, job, how);
  },
  enableJob: ({ world }, picks) => {
    const job = picks.job();
    if (job !== undefined) enableJob(world, job);
  },
  terminateJob: ({ world }, picks) => {
    const job = picks.job();
    if (job !== undefined && picks.number % 5 === 0) terminateJob(world, job, "test");
  },
  deleteJob: ({ world }, picks) => {
    const job = picks.job();
    if (job !== undefined && picks.number % 5 === 0) deleteJob(world, job);
  },
  resize: ({ world }, { number }) => {
    const pool = world.pools.get("p");
    const option = (["requeue", "terminate", "taskcompletion"] as const)[number % 3];
    if (pool !== undefined)
      resizePool(world, pool, {
        targetDedicatedNodes: number % 4,
        targetLowPriorityNodes: number % 3,
        nodeDeallocationOption: option,
      });
  },
  evict: ({ service }, { number }) => void service.evictions.evict(1 + (number % 2)),
  reboot: ({ world }, picks) => {
    const node = picks.node();
    const option = (["requeue", "terminate", "taskcompletion"] as const)[picks.number % 3] ?? "requeue";
    if (node !== undefined) rebootNode(world, node, option);
  },
  toggleNode: ({ world }, picks) => {
    const node = picks.node();
    if (node?.scheduling === "disabled") enableScheduling(world, node);
    else if (node !== undefined) disableScheduling(world, node, "requeue");
  },
};
const names = Object.keys(commands);

function perform(of: Bench, name: string, number: number): void {
  const pick = <T>(items: T[]): T | undefined => items[number % Math.max(1, items.length)];
  const jobs = [...of.world.jobs];
  try {
    commands[name]?.(of, {
      number,
      job: () => pick(jobs),
      task: () => pick(jobs.flatMap((job) => [...job.tasks])),
      node: () => pick([...(of.world.pools.get("p")?.nodes ?? [])]),
    });
  } catch (error) {
    if (!(error instanceof BatchFault)) throw error;
  }
}

const steps = fc.array(fc.tuple(fc.constantFrom(...names), fc.nat(60), fc.constantFrom(0, 10, 100, 2000)), {
  minLength: 10,
  maxLength: 60,
});

test("no command in any order breaks a state machine, oversubscribes slots or loses count", async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (sequence) => {
      const of = serviceBench();
      addPool(of.world, { id: "p", ...machine, taskSlotsPerNode: 2, targetDedicatedNodes: 2 });
      addJob(of.world, { id: "j0", poolInfo: { poolId: "p" } });
      for (const [name, number, ms] of sequence) {
        perform(of, name, number);
        if (ms > 0) await of.clock.advance(ms);
        checkLaws(of);
      }
      await of.clock.advance(10_000);
      checkLaws(of);
      for (const job of of.world.jobs)
        expect(job.state).toMatch(/^(active|disabled|completed|enabling|disabling)$/);
    }),
    { numRuns: 60, seed: 20_261_123 },
  );
}, 60_000);

test("in the end every waiting task runs: nothing is forgotten in a queue", async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (sequence) => {
      const of = serviceBench();
      addPool(of.world, { id: "p", ...machine, taskSlotsPerNode: 2, targetDedicatedNodes: 1 });
      addJob(of.world, { id: "j0", poolInfo: { poolId: "p" } });
      for (const [name, number, ms] of sequence) {
        perform(of, name, number);
        if (ms > 0) await of.clock.advance(ms);
      }
      await of.clock.advance(5_000);
      const pool = of.world.pools.get("p");
      if (pool !== undefined) perform(of, "resize", 3 * 4 + 3);
      for (const job of of.world.jobs) if (job.state === "disabled") enableJob(of.world, job);
      for (const node of pool?.nodes ?? [])
        if (node.scheduling === "disabled" && node.pending === undefined) enableScheduling(of.world, node);
      for (let round = 0; round < 200; round += 1) {
        for (const id of [...of.executor.running.keys()]) of.executor.end(id, { exitCode: 0 });
        await of.clock.advance(1000);
      }
      for (const job of of.world.jobs)
        if (job.state === "active")
          expect([job.id, job.counts.active, job.counts.running]).toEqual([job.id, 0, 0]);
    }),
    { numRuns: 15, seed: 7 },
  );
}, 60_000);

test("a job of higher priority starts first; equals take turns", async () => {
  const of = serviceBench();
  addPool(of.world, { id: "p", ...machine, targetDedicatedNodes: 1 });
  const add = (id: string, priority: number) => addJob(of.world, { id, poolInfo: { poolId: "p" }, priority });
  const jobs = [add("low", -10), add("a", 0), add("b", 0), add("high", 10)];
  for (const job of jobs)
    for (const index of [1, 2]) addTask(of.world, job, { id: `t${index}`, commandLine: "exit 0" });
  await settle(of);
  const order = of.executor.launches.map((launch) => launch.environment["AZ_BATCH_JOB_ID"]);
  expect(order).toEqual(["high", "high", "a", "b", "a", "b", "low", "low"]);
});

test("a wide task is not starved by narrow ones: after some overtaking, slots are kept for it", async () => {
  const of = serviceBench();
  addPool(of.world, { id: "p", ...machine, taskSlotsPerNode: 2, targetDedicatedNodes: 1 });
  const job = addJob(of.world, { id: "j", poolInfo: { poolId: "p" } });
  addTask(of.world, job, { id: "first", commandLine: "hold" });
  await settle(of);
  addTask(of.world, job, { id: "wide", commandLine: "exit 0", requiredSlots: 2 });
  for (let index = 0; index < 20; index += 1)
    addTask(of.world, job, { id: `n${index}`, commandLine: "exit 0" });
  await settle(of);
  const started = () => of.executor.launches.map((launch) => launch.environment["AZ_BATCH_TASK_ID"]);
  expect(started()).toEqual(["first", "n0", "n1", "n2"]);
  of.executor.end([...of.executor.running.keys()][0] ?? "", { exitCode: 0 });
  await settle(of);
  expect(started()[4]).toBe("wide");
  expect(job.counts.succeeded).toBe(22);
});

test("what the journal holds is what memory holds, at every moment", async () => {
  let count = 0;
  await fc.assert(
    fc.asyncProperty(steps, async (sequence) => {
      const file = join(folder, `model-${(count += 1)}.db`);
      const of = serviceBench({ journal: openLibsqlJournal(file) });
      addPool(of.world, {
        id: "p",
        ...machine,
        taskSlotsPerNode: 2,
        targetDedicatedNodes: 2,
        targetLowPriorityNodes: 1,
      });
      addJob(of.world, { id: "j0", poolInfo: { poolId: "p" } });
      for (const [name, number, ms] of sequence) {
        perform(of, name, number);
        if (ms > 0) await of.clock.advance(ms);
      }
      of.world.flush();
      const finished = (world: World) =>
        [...world.jobs].flatMap((job) =>
          [...job.tasks]
            .filter((task) => task.state === "completed")
            .map((task) => [job.id, task.id, task.execution, task.version]),
        );
      const before = finished(of.world);
      of.world.closed = true;
      const after = serviceBench({ journal: openLibsqlJournal(file), clock: manualClock(of.clock.now()) });
      await after.service.recover();
      expect(finished(after.world).slice(0, before.length)).toEqual(before);
      checkLaws(after);
      await after.clock.advance(5000);
      checkLaws(after);
      of.world.ports.journal.close();
      after.world.ports.journal.close();
    }),
    { numRuns: 15, seed: 99 },
  );
}, 60_000);
