// A task from its addition to its end: what commands and the end of attempts do to it. Processes are not touched here;
// ending a run is asked of the runner through `cancelRun`. Invariant: whoever sets `run.cancelled` has decided what
// becomes of the task, and the run then only cleans up.
import type { TaskSpec } from "../../schema/task-spec.ts";
import {
  releaseDependents,
  revokeDependents,
  satisfies,
  stopWaiting,
  registerDependencies,
} from "./dependencies.ts";
import { BatchFault } from "../account/fault.ts";
import type { FailureInfo, Job, Task, TaskExecution, TaskRun } from "../entities/model.ts";
import { endedByUser, exitActions, shouldRetry } from "../launches/task-outcome.ts";
import type { AttemptResult } from "../launches/task-outcome.ts";
import { count, enqueue, executionOf, moveTask } from "./task-state.ts";
import type { AccountState } from "../account/account-state.ts";

/** Ends the processes of a run; provided by the runner. */
export type CancelRun = (run: TaskRun) => void;

export function createTask(account: AccountState, job: Job, spec: TaskSpec, manager = false): Task {
  const now = account.clock.now();
  const key = spec.id.toLowerCase();
  // One literal with every member: spreading would cost a hundred bytes more per waiting task.
  const task: Task = {
    kind: "task",
    row: account.nextRow(),
    key,
    id: spec.id,
    createdAt: now,
    modifiedAt: now,
    version: account.stamp(),
    job,
    spec,
    state: "active",
    stateAt: now,
    previousState: undefined,
    previousStateAt: undefined,
    attempt: 0,
    execution: undefined,
    released: undefined,
    ticket: 0,
    blockers: 0,
    run: undefined,
    manager,
  };
  job.tasks.add(task);
  count(task, 1);
  if (spec.dependsOn !== undefined) registerDependencies(task);
  account.save(task, true);
  enqueue(account, task);
  return task;
}

/** The attempt ended by itself: success, another try, or failure. */
export function finishAttempt(
  account: AccountState,
  run: TaskRun,
  result: AttemptResult,
  endedAt: number,
): void {
  const { task } = run;
  const execution = executionOf(task);
  const limit = task.spec.constraints?.maxTaskRetryCount ?? task.job.spec.constraints?.maxTaskRetryCount ?? 0;
  if (shouldRetry(result, execution.retryCount, limit, run.timedOut)) {
    execution.retryCount += 1;
    execution.lastRetryAt = account.clock.now();
    task.job.taskRetries += 1;
    account.save(task.job);
    record(execution, result);
    moveTask(account, task, "active");
    return;
  }
  complete(account, task, result, endedAt);
}

/** Ends a task for good (until it is reactivated). */
export function complete(account: AccountState, task: Task, result: AttemptResult, endedAt: number): void {
  const execution = executionOf(task);
  task.job.ready.remove(task);
  record(execution, result);
  execution.startedAt ??= endedAt;
  execution.endedAt = Math.max(endedAt, execution.startedAt);
  const actions = exitActions(task.spec, result);
  execution.dependency = actions.dependency;
  endSubtasks(account, task, execution.endedAt);
  moveTask(account, task, "completed");
  if (actions.dependency === "satisfy") freeDependents(account, task);
  account.events.emit("taskCompleted", task);
}

function freeDependents(account: AccountState, task: Task): void {
  for (const free of releaseDependents(task)) {
    account.save(free);
    enqueue(account, free);
  }
}

function record(execution: TaskExecution, result: AttemptResult): void {
  if (result.exitCode === undefined) delete execution.exitCode;
  else execution.exitCode = result.exitCode;
  if (result.failure === undefined) delete execution.failure;
  else execution.failure = result.failure;
  execution.result = result.failure === undefined ? "success" : "failure";
}

function endSubtasks(account: AccountState, task: Task, endedAt: number): void {
  for (const subtask of task.execution?.subtasks ?? []) {
    if (subtask.state === "completed") continue;
    subtask.previousState = subtask.state;
    subtask.previousStateAt = subtask.stateAt;
    subtask.state = "completed";
    subtask.stateAt = account.clock.now();
    subtask.endedAt = endedAt;
    if (task.execution?.result === "success") {
      subtask.exitCode ??= 0;
      subtask.result = "success";
    } else subtask.result = "failure";
  }
}

/** Sends a started task back to the queue without spending a retry (node lost, job disabled, requeue asked for). */
export function requeue(account: AccountState, task: Task): void {
  if (task.state !== "running" && task.state !== "preparing") return;
  const execution = executionOf(task);
  execution.requeueCount += 1;
  execution.lastRequeueAt = account.clock.now();
  clearAttempt(task);
  moveTask(account, task, "active");
  enqueue(account, task);
}

/** Drops what an aborted or undone attempt left. */
export function clearAttempt(task: Task): void {
  const execution = executionOf(task);
  for (const name of ["exitCode", "failure", "result", "startedAt", "endedAt", "place", "subtasks"] as const)
    delete execution[name];
  delete execution.container;
  delete execution.coordinated;
  delete execution.dependency;
}

/** "Task - Terminate": completed at once, with TaskEnded; the processes end right after. */
export function terminateTask(
  account: AccountState,
  task: Task,
  cancel: CancelRun,
  failure = endedByUser,
): void {
  if (task.state === "completed")
    throw new BatchFault(409, "TaskCompleted", "The specified task has already completed.");
  endTask(account, task, cancel, failure);
}

/** Does nothing to a task that has completed: its run is just leaving. */
export function endTask(account: AccountState, task: Task, cancel: CancelRun, failure: FailureInfo): void {
  if (task.state === "completed") return;
  const run = task.run;
  complete(account, task, { exitCode: undefined, failure, phase: "ran" }, account.clock.now());
  if (run !== undefined) cancel(run);
}

/** "Task - Reactivate": a failed task starts over, its retries reset. */
export function reactivateTask(account: AccountState, task: Task): void {
  if (task.state !== "completed")
    throw new BatchFault(409, "TaskNotCompleted", "The specified task has not completed.");
  if (task.execution?.result === "success")
    throw new BatchFault(409, "TaskSucceeded", "A task that ended successfully cannot be reactivated.");
  if (satisfies(task)) revokeDependents(task);
  clearAttempt(task);
  const execution = executionOf(task);
  execution.retryCount = 0;
  delete execution.lastRetryAt;
  delete execution.cleaned;
  moveTask(account, task, "active");
  enqueue(account, task);
}

/** Removes a task from its job; returns when its bookkeeping is gone, its processes follow. */
export function removeTask(account: AccountState, task: Task, cancel: CancelRun): void {
  const { job, run } = task;
  job.ready.remove(task);
  if (satisfies(task)) revokeDependents(task);
  stopWaiting(task);
  count(task, -1);
  job.tasks.delete(task);
  account.remove(task);
  if (run !== undefined) cancel(run);
  account.events.emit("taskRemoved", task);
}
