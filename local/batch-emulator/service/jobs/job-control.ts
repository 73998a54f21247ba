// The life of a job: disable, enable, terminate, delete, its wall clock, and what the end of tasks does to it.
// Invariant: a job reaches `completed`, `disabled` or removal only when none of its runs lives. Tasks that never ran stay
// `active` for ever when their job is terminated. Source: "Job - Terminate/Disable/Delete" of the REST reference.
import { durationMs } from "../../schema/values.ts";
import { BatchFault } from "../account/fault.ts";
import { releaseNodes, stopPreparations } from "../nodes/job-nodes.ts";
import { assertTransition, jobMachine } from "../entities/machines.ts";
import type { JobState } from "../entities/machines.ts";
import type { Job, Task } from "../entities/model.ts";
import { holdFolder, nodesWithFolder, removeFolders } from "../runs/folder-removal.ts";
import { jobFolder } from "../launches/node-layout.ts";
import { join } from "node:path";
import { endTask, removeTask, requeue } from "../tasks/task-life.ts";
import { endedByUser, exitActions, isEndedByService } from "../launches/task-outcome.ts";
import { cancelRun } from "../runs/task-run.ts";
import { offer, poolOf } from "../tasks/task-state.ts";
import type { AccountState } from "../account/account-state.ts";

export function moveJob(account: AccountState, job: Job, to: JobState): void {
  assertTransition(jobMachine, job.state, to);
  job.previousState = job.state;
  job.previousStateAt = job.stateAt;
  job.state = to;
  job.stateAt = account.clock.now();
  account.save(job);
}

/** "Job - Disable": running tasks are requeued, terminated, or waited for. */
export function disableJob(account: AccountState, job: Job, tasks: "requeue" | "terminate" | "wait"): void {
  refuseIfEnding(job);
  if (job.state === "enabling")
    throw new BatchFault(409, "JobNotActive", "The specified job is being enabled.");
  if (job.state !== "disabling") moveJob(account, job, "disabling");
  job.disableTasks = tasks;
  account.save(job);
  if (tasks !== "wait") endRuns(account, job, tasks);
  afterTransition(account, job);
}

export function enableJob(account: AccountState, job: Job): void {
  refuseIfEnding(job);
  if (job.state !== "disabled")
    throw new BatchFault(409, "JobNotDisabled", "The specified job is not disabled.");
  moveJob(account, job, "enabling");
  afterTransition(account, job);
}

function refuseIfEnding(job: Job): void {
  if (job.state === "completed")
    throw new BatchFault(409, "JobCompleted", "The specified job has already completed.");
  if (job.state === "terminating")
    throw new BatchFault(409, "JobBeingTerminated", "The specified job is being terminated.");
  if (job.state === "deleting")
    throw new BatchFault(409, "JobBeingDeleted", "The specified job has been marked for deletion.");
}

/** Ends the job; idempotent while it ends. */
export function terminateJob(account: AccountState, job: Job, reason: string): void {
  refuseIfEnding(job);
  job.terminateReason = reason;
  moveJob(account, job, "terminating");
  endAll(account, job);
  afterTransition(account, job);
}

export function deleteJob(account: AccountState, job: Job): void {
  if (job.state === "deleting")
    throw new BatchFault(409, "JobBeingDeleted", "The specified job has been marked for deletion.");
  moveJob(account, job, "deleting");
  endAll(account, job);
  afterTransition(account, job);
}

function endAll(account: AccountState, job: Job): void {
  stopTimers(job);
  endRuns(account, job, "terminate");
  stopPreparations(account, job);
}

function stopTimers(job: Job): void {
  job.wallTimer?.cancel();
  job.allCompleteTimer?.cancel();
  job.allCompleteTimer = undefined;
}

function endRuns(account: AccountState, job: Job, how: "requeue" | "terminate"): void {
  for (const run of [...job.runs]) {
    if (run.cancelled) continue;
    if (how === "requeue") {
      cancelRun(account, run);
      requeue(account, run.task);
    } else endTask(account, run.task, (one) => cancelRun(account, one), endedByUser);
  }
}

function afterTransition(account: AccountState, job: Job): void {
  account.clock.at(account.clock.now() + account.parameters.jobTransitionMs, () => advanceJob(account, job));
}

/** Goes on with a job on its way somewhere, once no run of it lives. */
export function advanceJob(account: AccountState, job: Job): void {
  if (account.closed || job.runs.size > 0) return;
  if (account.clock.now() < job.stateAt + account.parameters.jobTransitionMs) return;
  switch (job.state) {
    case "disabling":
      moveJob(account, job, "disabled");
      break;
    case "enabling":
      moveJob(account, job, "active");
      offer(account, job);
      checkCompletion(account, job);
      break;
    case "terminating":
    case "deleting":
      if (!job.releasing) {
        job.releasing = true;
        account.background("job.end", finish(account, job));
      }
      break;
    case "active":
    case "disabled":
    case "completed":
      return;
  }
  account.background("job.save", account.commit());
}

async function finish(account: AccountState, job: Job): Promise<void> {
  if (job.endedAt === undefined) await releaseNodes(account, job);
  if (account.closed) return;
  if (job.state === "terminating") {
    job.releasing = false;
    job.endedAt = account.clock.now();
    moveJob(account, job, "completed");
    account.events.emit("jobEnded", job);
    await account.commit();
  } else if (job.state === "deleting") await removeJob(account, job);
}

/** The folders go first: as soon as the job is gone, another of its name may come and use them. */
async function removeJob(account: AccountState, job: Job): Promise<void> {
  for (const pool of account.pools)
    for (const node of pool.nodes) await removeFolder(account, join(node.root, jobFolder(job)));
  if (account.closed) return;
  for (const task of job.tasks.after(0)) account.remove(task);
  account.jobs.delete(job);
  account.remove(job);
  account.events.emit("jobEnded", job);
  for (const pool of account.pools) pool.readyJobs.delete(job);
  await account.commit();
}

/** What cannot be removed stays until its node leaves; it must not keep the job. */
async function removeFolder(account: AccountState, path: string): Promise<void> {
  try {
    await account.ports.disk.remove(path);
  } catch (error) {
    account.logger.warn("node.folderKept", { path, message: String(error) });
  }
}

/** "Task - Delete". */
export function deleteTask(account: AccountState, task: Task): void {
  const { run } = task;
  holdFolder(task);
  removeTask(account, task, (one) => cancelRun(account, one));
  // A task that runs takes its folders along when its last process has ended.
  if (run === undefined)
    account.background("task.files", removeFolders(account, task, nodesWithFolder(account, task)));
}

/** What the end of a task means for its job. */
export function afterTask(account: AccountState, task: Task): void {
  const { job } = task;
  const execution = task.execution;
  if (task.manager && task.state === "completed" && job.spec.jobManagerTask?.killJobOnCompletion !== false) {
    if (canEnd(job)) terminateJob(account, job, "JMComplete");
    return;
  }
  if (
    job.spec.onTaskFailure === "performexitoptionsjobaction" &&
    task.state === "completed" &&
    !isEndedByService(execution?.failure)
  )
    applyJobAction(account, task);
  checkCompletion(account, job);
}

const canEnd = (job: Job) => ["active", "disabling", "disabled", "enabling"].includes(job.state);

function applyJobAction(account: AccountState, task: Task): void {
  const { job } = task;
  const execution = task.execution;
  const action = exitActions(task.spec, {
    exitCode: execution?.exitCode,
    failure: execution?.failure,
    phase: phaseOf(execution),
  }).job;
  if (action === "terminate" && canEnd(job)) terminateJob(account, job, "TaskFailed");
  if (action === "disable" && job.state === "active") disableJob(account, job, "requeue");
}

function phaseOf(execution: Task["execution"]): "ran" | "preProcessing" | "upload" {
  if (execution?.failure === undefined) return "ran";
  if (execution.exitCode === undefined) return "preProcessing";
  return execution.exitCode === 0 ? "upload" : "ran";
}

/** onAllTasksComplete=terminatejob: after a grace period, also for a job without any task. */
export function checkCompletion(account: AccountState, job: Job): void {
  if (job.spec.onAllTasksComplete !== "terminatejob" || job.state !== "active") return;
  if (job.counts.active > 0 || job.counts.running > 0 || job.allCompleteTimer !== undefined) return;
  job.allCompleteTimer = account.clock.at(
    account.clock.now() + account.parameters.allTasksCompleteGraceMs,
    () => {
      job.allCompleteTimer = undefined;
      const done = job.counts.active === 0 && job.counts.running === 0;
      if (account.closed || !done || job.state !== "active" || job.spec.onAllTasksComplete !== "terminatejob")
        return;
      terminateJob(account, job, "AllTasksComplete");
      account.background("job.save", account.commit());
    },
  );
}

/** Lets the scheduler know of a job that offers its running tasks to others. */
export function offerPreemption(account: AccountState, job: Job): void {
  if (job.spec.allowTaskPreemption !== true) return;
  account.preemptible.add(job);
  const pool = poolOf(account, job);
  if (pool !== undefined) account.events.emit("wake", pool);
}

/** Arms the job's wall clock, which counts from its creation. */
export function armJobWallClock(account: AccountState, job: Job): void {
  job.wallTimer?.cancel();
  const limit = durationMs(job.spec.constraints?.maxWallClockTime ?? "") ?? Infinity;
  if (!Number.isFinite(limit) || !canEnd(job)) return;
  job.wallTimer = account.clock.at(job.createdAt + limit, () => {
    if (account.closed || !canEnd(job)) return;
    terminateJob(account, job, "MaxWallClockTimeExpiry");
    account.background("job.save", account.commit());
  });
}
