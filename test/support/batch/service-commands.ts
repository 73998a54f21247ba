// What callers, the region and machines can do to the emulator's service, each as a command with one number to choose by;
// and the laws that hold after every one of them, whatever the order. Refusals (BatchFault) are answers, not failures.
import { expect } from "vitest";
import { BatchFault } from "../../../local/batch-emulator/service/account/fault.ts";
import { addJob, updateJob } from "../../../local/batch-emulator/service/jobs/job-commands.ts";
import {
  deleteJob,
  deleteTask,
  disableJob,
  enableJob,
  terminateJob,
} from "../../../local/batch-emulator/service/jobs/job-control.ts";
import type { Job, Node, Task } from "../../../local/batch-emulator/service/entities/model.ts";
import {
  deallocateNode,
  disableScheduling,
  enableScheduling,
  rebootNode,
  reimageNode,
  startNode,
} from "../../../local/batch-emulator/service/pools/node-commands.ts";
import {
  addPool,
  removeNodes,
  removePoolById,
  resizePool,
  stopPoolResize,
} from "../../../local/batch-emulator/service/pools/pool-commands.ts";
import { addTask, updateTask } from "../../../local/batch-emulator/service/tasks/task-commands.ts";
import { reactivateTask, terminateTask } from "../../../local/batch-emulator/service/tasks/task-life.ts";
import { cancelRun } from "../../../local/batch-emulator/service/runs/task-run.ts";
import type { Executor } from "../../../local/batch-emulator/agent/executor.ts";
import type { TaskSpec } from "../../../local/batch-emulator/schema/task-spec.ts";
import { machine } from "./service-bench.ts";
import type { ServiceBench } from "./service-bench.ts";

type Bench = Pick<ServiceBench<Executor>, "account" | "service">;

interface Picks {
  job(): Job | undefined;
  task(): Task | undefined;
  node(): Node | undefined;
  readonly number: number;
  /** The command line of a new task. */
  readonly commandLine: string;
}
type Command = (bench: Bench, picks: Picks) => void;

const one = <T>(items: readonly T[], number: number): T => items[number % items.length] as T;
const options = ["requeue", "terminate", "taskcompletion"] as const;

/** Pool `p` has two slots a node, pool `g` takes gangs, pool `s` has a start task that fails now and then. */
export const pools = {
  p: { id: "p", ...machine, taskSlotsPerNode: 2, targetDedicatedNodes: 2, targetLowPriorityNodes: 1 },
  g: { id: "g", ...machine, enableInterNodeCommunication: true, targetDedicatedNodes: 3 },
  s: {
    id: "s",
    ...machine,
    targetLowPriorityNodes: 2,
    startTask: { commandLine: "batchai.sim --duration 2s --exit 1 --chance 0.3", maxTaskRetryCount: 1 },
  },
} as const;

/** Adds a task to a job that takes it. */
function newTask(extra: (picks: Picks) => Partial<TaskSpec>): Command {
  return ({ account }, picks) => {
    const job = picks.job();
    if (job === undefined || !["active", "disabled"].includes(job.state)) return;
    const { number, commandLine } = picks;
    const constraints = { maxTaskRetryCount: number % 3 };
    addTask(account, job, { id: `t${number}`, commandLine, constraints, ...extra(picks) });
  };
}

const taskCommands: Readonly<Record<string, Command>> = {
  addTask: newTask(({ number }) => ({ requiredSlots: 1 + (number % 2) })),
  addNumbered: newTask(({ number }) => ({ id: String(number % 10) })),
  addDependent: newTask(({ number }) => ({
    id: `d${number}`,
    dependsOn: {
      taskIds: [`t${number % 7}`, `t${number % 5}`],
      ...(number % 2 === 0 ? { taskIdRanges: [{ start: number % 4, end: (number % 4) + 1 }] } : {}),
    },
    ...(number % 3 === 0 ? { exitConditions: { default: { dependencyAction: "satisfy" as const } } } : {}),
  })),
  addGang: newTask(({ number, commandLine }) => ({
    id: `g${number}`,
    multiInstanceSettings: { numberOfInstances: 1 + (number % 3), coordinationCommandLine: commandLine },
  })),
  addLimited: newTask(({ number }) => ({ id: `l${number}`, constraints: { maxWallClockTime: "PT0.5S" } })),
  terminateTask: ({ account }, picks) => {
    const task = picks.task();
    if (task !== undefined) terminateTask(account, task, (run) => cancelRun(account, run));
  },
  reactivateTask: ({ account }, picks) => {
    const task = picks.task();
    if (task?.job.state === "active") reactivateTask(account, task);
  },
  updateTask: ({ account }, picks) => {
    const task = picks.task();
    if (task !== undefined) updateTask(account, task, { maxTaskRetryCount: picks.number % 4 });
  },
  deleteTask: ({ account }, picks) => {
    const task = picks.task();
    if (task !== undefined) deleteTask(account, task);
  },
};

const jobCommands: Readonly<Record<string, Command>> = {
  addJob: ({ account }, { number }) =>
    void addJob(account, {
      id: `j${number % 4}`,
      poolInfo: { poolId: one(["g", "s", "p", "p", "p"], number) },
      priority: (number % 3) * 10,
      usesTaskDependencies: true,
      ...(number % 4 === 1 ? { maxParallelTasks: 1 } : {}),
      ...(number % 7 === 3 ? { allowTaskPreemption: true } : {}),
    }),
  addPreparedJob: ({ account }, { number, commandLine }) =>
    void addJob(account, {
      id: `j${number % 4}`,
      poolInfo: { poolId: "p" },
      priority: (number % 3) * 10,
      usesTaskDependencies: true,
      jobPreparationTask: { commandLine },
      jobReleaseTask: { commandLine },
    }),
  patchJob: ({ account }, picks) => {
    const job = picks.job();
    const { number } = picks;
    const poolInfo = number % 4 === 0 ? { poolInfo: { poolId: one(["p", "g", "s"], number) } } : {};
    if (job !== undefined) updateJob(account, job, { priority: (number % 5) * 5, ...poolInfo }, false);
  },
  disableJob: ({ account }, picks) => {
    const job = picks.job();
    if (job !== undefined)
      disableJob(account, job, one(["requeue", "terminate", "wait"] as const, picks.number));
  },
  enableJob: ({ account }, picks) => {
    const job = picks.job();
    if (job !== undefined) enableJob(account, job);
  },
  terminateJob: ({ account }, picks) => {
    const job = picks.job();
    if (job !== undefined && picks.number % 5 === 0) terminateJob(account, job, "test");
  },
  deleteJob: ({ account }, picks) => {
    const job = picks.job();
    if (job !== undefined && picks.number % 5 === 0) deleteJob(account, job);
  },
};

const poolCommands: Readonly<Record<string, Command>> = {
  resize: ({ account }, { number }) => {
    const pool = account.pools.get(number % 4 === 3 ? "g" : "p");
    if (pool !== undefined)
      resizePool(account, pool, {
        targetDedicatedNodes: number % 4,
        targetLowPriorityNodes: number % 3,
        nodeDeallocationOption: one(options, number),
      });
  },
  stopResize: ({ account }, { number }) => {
    const pool = account.pools.get(one(["p", "g", "s"], number));
    if (pool !== undefined) stopPoolResize(account, pool);
  },
  removeNode: ({ account }, picks) => {
    const node = picks.node();
    if (node === undefined) return;
    const nodeDeallocationOption = one(options, picks.number);
    removeNodes(account, node.pool, { nodeList: [node.id], nodeDeallocationOption });
  },
  deletePool: ({ account }, { number }) => {
    const pool = account.pools.get("p");
    if (pool !== undefined && number % 7 === 0) removePoolById(account, pool);
  },
  addPool: ({ account }, { number }) => void addPool(account, one([pools.p, pools.g, pools.s], number)),
  evict: ({ service }, { number }) =>
    void service.evictions.evict(1 + (number % 2), undefined, one([0, 0, 2000], number)),
  reboot: ({ account }, picks) => {
    const node = picks.node();
    if (node !== undefined) rebootNode(account, node, one(options, picks.number));
  },
  reimage: ({ account }, picks) => {
    const node = picks.node();
    if (node !== undefined) reimageNode(account, node, one(options, picks.number));
  },
  power: ({ account }, picks) => {
    const node = picks.node();
    if (node?.state === "deallocated") startNode(account, node);
    else if (node !== undefined) deallocateNode(account, node, one(options, picks.number));
  },
  toggleNode: ({ account }, picks) => {
    const node = picks.node();
    if (node?.scheduling === "disabled") enableScheduling(account, node);
    else if (node !== undefined) disableScheduling(account, node, one(options, picks.number));
  },
};

const commands = { ...taskCommands, ...jobCommands, ...poolCommands };
/** Additions are drawn more often than ends, so that there is something to end. */
export const commandNames: readonly string[] = [
  ...Object.keys(commands),
  ...["addTask", "addTask", "addTask", "addDependent", "addNumbered", "addGang", "addJob", "addPool"],
];

/** Does one command; a refusal is fine. */
export function perform(of: Bench, name: string, number: number, commandLine: string): void {
  const pick = <T>(items: readonly T[]): T | undefined => items[number % Math.max(1, items.length)];
  const jobs = [...of.account.jobs];
  const nodes = [...of.account.pools].flatMap((pool) => [...pool.nodes]);
  try {
    commands[name]?.(of, {
      number,
      commandLine,
      job: () => pick(jobs),
      task: () => pick(jobs.flatMap((job) => [...job.tasks])),
      node: () => pick(nodes),
    });
  } catch (error) {
    if (!(error instanceof BatchFault)) throw error;
  }
}

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

/** What is true at every moment. */
export function checkLaws({ account, errors }: Pick<ServiceBench<Executor>, "account" | "errors">): void {
  expect(errors).toEqual([]);
  for (const job of account.jobs) {
    const { counts, slots } = tally(job);
    expect(job.counts).toEqual(counts);
    expect(job.slotCounts).toEqual(slots);
    for (const run of job.runs) expect(new Set(run.nodes).size).toBe(run.nodes.length);
  }
  for (const pool of account.pools) {
    for (const node of pool.nodes) {
      const used = [...node.runs.keys()].reduce((sum, run) => sum + run.slots, 0);
      expect(node.slotsUsed).toBe(used);
      expect(used).toBeLessThanOrEqual(pool.spec.taskSlotsPerNode ?? 1);
    }
    if (pool.allocation === "steady" && pool.state === "active" && pool.resizeErrors.length === 0)
      for (const dedicated of [true, false]) {
        const staying = [...pool.nodes].filter(
          (node) => node.isDedicated === dedicated && node.pending !== "remove",
        );
        expect(staying.length).toBe(dedicated ? pool.targetDedicated : pool.targetLowPriority);
      }
  }
}
