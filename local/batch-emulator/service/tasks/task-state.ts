// Bookkeeping of a task's state: the transition itself, the job's counters, the ready queue. Invariant: `counts` and
// `slotCounts` always equal what a scan over the job's tasks would give; a task is queued only while it could start.
import { assertTransition, taskMachine } from "../entities/machines.ts";
import type { TaskState } from "../entities/machines.ts";
import type { Job, JobCounts, Pool, Task, TaskExecution } from "../entities/model.ts";
import { slotsOf } from "../entities/ready-queue.ts";
import type { AccountState } from "../account/account-state.ts";

/** Moves a task along its machine and keeps counters and journal in step. */
export function moveTask(account: AccountState, task: Task, to: TaskState): void {
  assertTransition(taskMachine, task.state, to);
  count(task, -1);
  task.previousState = task.state;
  task.previousStateAt = task.stateAt;
  task.state = to;
  task.stateAt = account.clock.now();
  count(task, 1);
  account.save(task);
}

/** Adds or takes the task's share of its job's counters; call around every change of state or result. */
export function count(task: Task, by: 1 | -1): void {
  const { counts, slotCounts } = task.job;
  const slots = slotsOf(task) * by;
  const add = (name: keyof JobCounts) => {
    counts[name] += by;
    slotCounts[name] += slots;
  };
  if (task.state === "completed") {
    add("completed");
    add(task.execution?.result === "success" ? "succeeded" : "failed");
  } else add(task.state === "active" ? "active" : "running");
}

/** The task's execution record, created when first needed. */
export function executionOf(task: Task): TaskExecution {
  return (task.execution ??= { retryCount: 0, requeueCount: 0 });
}

/** The pool that the job's tasks run on, if it exists. */
export function poolOf(account: AccountState, job: Job): Pool | undefined {
  const id = job.autoPoolId ?? job.spec.poolInfo.poolId;
  return id === undefined ? undefined : account.pools.get(id.toLowerCase());
}

/** Puts a task in the queue if nothing stands in its way, and wakes the scheduler. */
export function enqueue(account: AccountState, task: Task): void {
  if (task.state !== "active" || task.blockers > 0 || task.run !== undefined || task.ticket !== 0) return;
  if (task.job.foldersInRemoval.has(task.key)) return;
  task.job.ready.add(task);
  offer(account, task.job);
}

/** Lets the scheduler of the job's pool know that the job has work. */
export function offer(account: AccountState, job: Job): void {
  if (job.ready.size === 0) return;
  const pool = poolOf(account, job);
  if (pool === undefined) return;
  pool.readyJobs.add(job);
  account.events.emit("wake", pool);
}
