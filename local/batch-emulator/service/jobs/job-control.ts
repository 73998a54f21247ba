// The life of a job: disable, enable, terminate, delete, its wall clock, and what the end of tasks does to it.
// Invariant: a job reaches `completed`, `disabled` or removal only when none of its runs lives. Tasks that never ran stay
// `active` for ever when their job is terminated. Source: "Job - Terminate/Disable/Delete" of the REST reference.
import { durationMs } from "../../schema/values.ts";
import { BatchFault } from "../account/fault.ts";
import { releaseNodes, stopPreparations } from "../nodes/job-nodes.ts";
import { assertTransition, jobMachine } from "../entities/machines.ts";
import type { JobState } from "../entities/machines.ts";
import type { Job, Task } from "../entities/model.ts";
import { holdFolder, nodesWithFolder, removeFolders } from "../runs/departures.ts";
import { jobFolder } from "../launches/node-layout.ts";
import { join } from "node:path";
import { endTask, removeTask, requeue } from "../tasks/task-life.ts";
import { endedByUser, exitActions, isEndedByService } from "../launches/task-outcome.ts";
import { cancelRun } from "../runs/task-run.ts";
import { offer, poolOf } from "../tasks/task-state.ts";
import type { World } from "../account/world.ts";

export function moveJob(world: World, job: Job, to: JobState): void {
  assertTransition(jobMachine, job.state, to);
  job.previousState = job.state;
  job.previousStateAt = job.stateAt;
  job.state = to;
  job.stateAt = world.clock.now();
  world.save(job);
}

/** "Job - Disable": running tasks are requeued, terminated, or waited for. */
export function disableJob(world: World, job: Job, tasks: "requeue" | "terminate" | "wait"): void {
  refuseIfEnding(job);
  if (job.state === "enabling")
    throw new BatchFault(409, "JobNotActive", "The specified job is being enabled.");
  if (job.state !== "disabling") moveJob(world, job, "disabling");
  job.disableTasks = tasks;
  world.save(job);
  if (tasks !== "wait") endRuns(world, job, tasks);
  afterTransition(world, job);
}

export function enableJob(world: World, job: Job): void {
  refuseIfEnding(job);
  if (job.state !== "disabled")
    throw new BatchFault(409, "JobNotDisabled", "The specified job is not disabled.");
  moveJob(world, job, "enabling");
  afterTransition(world, job);
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
export function terminateJob(world: World, job: Job, reason: string): void {
  refuseIfEnding(job);
  job.terminateReason = reason;
  moveJob(world, job, "terminating");
  endAll(world, job);
  afterTransition(world, job);
}

export function deleteJob(world: World, job: Job): void {
  if (job.state === "deleting")
    throw new BatchFault(409, "JobBeingDeleted", "The specified job has been marked for deletion.");
  moveJob(world, job, "deleting");
  endAll(world, job);
  afterTransition(world, job);
}

function endAll(world: World, job: Job): void {
  stopTimers(job);
  endRuns(world, job, "terminate");
  stopPreparations(world, job);
}

function stopTimers(job: Job): void {
  job.wallTimer?.cancel();
  job.allCompleteTimer?.cancel();
  job.allCompleteTimer = undefined;
}

function endRuns(world: World, job: Job, how: "requeue" | "terminate"): void {
  for (const run of [...job.runs]) {
    if (run.cancelled) continue;
    if (how === "requeue") {
      cancelRun(world, run);
      requeue(world, run.task);
    } else endTask(world, run.task, (one) => cancelRun(world, one), endedByUser);
  }
}

function afterTransition(world: World, job: Job): void {
  world.clock.at(world.clock.now() + world.parameters.jobTransitionMs, () => advanceJob(world, job));
}

/** Goes on with a job on its way somewhere, once no run of it lives. */
export function advanceJob(world: World, job: Job): void {
  if (world.closed || job.runs.size > 0) return;
  if (world.clock.now() < job.stateAt + world.parameters.jobTransitionMs) return;
  switch (job.state) {
    case "disabling":
      moveJob(world, job, "disabled");
      break;
    case "enabling":
      moveJob(world, job, "active");
      offer(world, job);
      watchCompletion(world, job);
      break;
    case "terminating":
    case "deleting":
      if (!job.releasing) {
        job.releasing = true;
        world.background("job.end", finish(world, job));
      }
      break;
    case "active":
    case "disabled":
    case "completed":
      return;
  }
  world.background("job.save", world.commit());
}

async function finish(world: World, job: Job): Promise<void> {
  if (job.endedAt === undefined) await releaseNodes(world, job);
  if (world.closed) return;
  if (job.state === "terminating") {
    job.releasing = false;
    job.endedAt = world.clock.now();
    moveJob(world, job, "completed");
    world.jobEnded(job);
    await world.commit();
  } else if (job.state === "deleting") await removeJob(world, job);
}

/** The folders go first: as soon as the job is gone, another of its name may come and use them. */
async function removeJob(world: World, job: Job): Promise<void> {
  for (const pool of world.pools)
    for (const node of pool.nodes) await removeFolder(world, join(node.root, jobFolder(job)));
  if (world.closed) return;
  for (const task of job.tasks.after(0)) world.remove(task);
  world.jobs.delete(job);
  world.remove(job);
  world.jobEnded(job);
  for (const pool of world.pools) pool.readyJobs.delete(job);
  await world.commit();
}

/** What cannot be removed stays until its node leaves; it must not keep the job. */
async function removeFolder(world: World, path: string): Promise<void> {
  try {
    await world.ports.disk.remove(path);
  } catch (error) {
    world.logger.warn("node.folderKept", { path, message: String(error) });
  }
}

/** "Task - Delete". */
export function deleteTask(world: World, task: Task): void {
  const { run } = task;
  holdFolder(task);
  removeTask(world, task, (one) => cancelRun(world, one));
  // A task that runs takes its folders along when its last process has ended.
  if (run === undefined)
    world.background("task.files", removeFolders(world, task, nodesWithFolder(world, task)));
}

/** What the end of a task means for its job. */
export function afterTask(world: World, task: Task): void {
  const { job } = task;
  const execution = task.execution;
  if (task.manager && task.state === "completed" && job.spec.jobManagerTask?.killJobOnCompletion !== false) {
    if (canEnd(job)) terminateJob(world, job, "JMComplete");
    return;
  }
  if (
    job.spec.onTaskFailure === "performexitoptionsjobaction" &&
    task.state === "completed" &&
    !isEndedByService(execution?.failure)
  )
    applyJobAction(world, task);
  watchCompletion(world, job);
}

const canEnd = (job: Job) => ["active", "disabling", "disabled", "enabling"].includes(job.state);

function applyJobAction(world: World, task: Task): void {
  const { job } = task;
  const execution = task.execution;
  const action = exitActions(task.spec, {
    exitCode: execution?.exitCode,
    failure: execution?.failure,
    phase: phaseOf(execution),
  }).job;
  if (action === "terminate" && canEnd(job)) terminateJob(world, job, "TaskFailed");
  if (action === "disable" && job.state === "active") disableJob(world, job, "requeue");
}

function phaseOf(execution: Task["execution"]): "ran" | "preProcessing" | "upload" {
  if (execution?.failure === undefined) return "ran";
  if (execution.exitCode === undefined) return "preProcessing";
  return execution.exitCode === 0 ? "upload" : "ran";
}

/** onAllTasksComplete=terminatejob: after a grace period, also for a job without any task. */
export function watchCompletion(world: World, job: Job): void {
  if (job.spec.onAllTasksComplete !== "terminatejob" || job.state !== "active") return;
  if (job.counts.active > 0 || job.counts.running > 0 || job.allCompleteTimer !== undefined) return;
  job.allCompleteTimer = world.clock.at(world.clock.now() + world.parameters.allTasksCompleteGraceMs, () => {
    job.allCompleteTimer = undefined;
    const done = job.counts.active === 0 && job.counts.running === 0;
    if (world.closed || !done || job.state !== "active" || job.spec.onAllTasksComplete !== "terminatejob")
      return;
    terminateJob(world, job, "AllTasksComplete");
    world.background("job.save", world.commit());
  });
}

/** Lets the scheduler know of a job that offers its running tasks to others. */
export function notePreemption(world: World, job: Job): void {
  if (job.spec.allowTaskPreemption !== true) return;
  world.preemptible.add(job);
  const pool = poolOf(world, job);
  if (pool !== undefined) world.signals.wake(pool);
}

/** Arms the job's wall clock, which counts from its creation. */
export function armJobWallClock(world: World, job: Job): void {
  job.wallTimer?.cancel();
  const limit = durationMs(job.spec.constraints?.maxWallClockTime ?? "") ?? Infinity;
  if (!Number.isFinite(limit) || !canEnd(job)) return;
  job.wallTimer = world.clock.at(job.createdAt + limit, () => {
    if (world.closed || !canEnd(job)) return;
    terminateJob(world, job, "MaxWallClockTimeExpiry");
    world.background("job.save", world.commit());
  });
}
