// What a run of a job needs next: first what the word of Batch on its task says by itself, which is the usual case; then, from
// one read of its document and its cluster, too, every case. Only positive evidence moves a job: a task that Batch does
// not answer for changes nothing (the read itself fails and is repeated).
import { isWallClockEnd } from "./outcome.ts";
import type { RunEnd } from "./outcome.ts";
import type { TaskSnapshot } from "./task.ts";
import type { JobView } from "./view.ts";

type UsualStep =
  | { readonly kind: "started"; readonly startTime: string }
  | { readonly kind: "exited"; readonly exitCode: number }
  /** A loss, an end that Batch made, a task that waits again: it depends on the job and its cluster, too. */
  | { readonly kind: "unclear" };

export function usualStep({ state, startTime, exitCode, failure }: TaskSnapshot): UsualStep {
  if (state === "running" && startTime !== undefined) return { kind: "started", startTime };
  // A task whose program fails has that as its failure, and no other.
  const byItself = failure === undefined || failure.code === "FailureExitCode";
  if (state === "completed" && exitCode !== undefined && byItself && !(failure && isWallClockEnd(failure)))
    return { kind: "exited", exitCode };
  return { kind: "unclear" };
}

export type Step =
  | { readonly kind: "started"; readonly startTime: string }
  /** Back into the service's own queue, where its priority and age count. */
  | { readonly kind: "requeue"; readonly hadStarted: boolean }
  | { readonly kind: "wait" }
  /** Its launcher is asked to end it. */
  | { readonly kind: "askToStop"; readonly request: "stop" | "rehearsed" }
  /** The job is being deleted: end without a word, whoever deletes it does the rest. */
  | { readonly kind: "halt"; readonly stop: boolean }
  | { readonly kind: "end"; readonly end: RunEnd; readonly stop: boolean };

/** @param overdue its task should have been seen to run long ago. */
export function nextStep(view: JobView, overdue = false): Step {
  const { task } = view;
  const stop = task !== undefined && task.state !== "completed";
  if (view.deleting) return { kind: "halt", stop };
  if (task?.state === "completed") return { kind: "end", end: completedRun(view, task), stop: false };
  if (view.executionState === "terminating") {
    if (view.mayStillStop === true && task?.state === "running")
      return { kind: "askToStop", request: "stop" };
    return { kind: "end", end: { kind: "terminated" }, stop };
  }
  if (view.clusterGone) return { kind: "end", end: { kind: "clusterDeleted" }, stop };
  if (view.clusterUnschedulable !== undefined && view.executionState === "queued")
    return {
      kind: "end",
      end: { kind: "refused", reason: `the cluster cannot have nodes: ${view.clusterUnschedulable}` },
      stop,
    };
  if (task === undefined) {
    if (view.executionState === "running") return { kind: "end", end: { kind: "nodeLost" }, stop: false };
    // It waits for nodes, unless Batch once had it.
    return overdue ? { kind: "requeue", hadStarted: false } : { kind: "wait" };
  }
  if (task.state === "running" && view.rehearsed === true)
    return view.mayStillStop === true
      ? { kind: "askToStop", request: "rehearsed" }
      : { kind: "end", end: { kind: "rehearsed" }, stop };
  if (task.state === "running") {
    if (view.executionState === "running" && view.startTime === task.startTime) return { kind: "wait" };
    return task.startTime === undefined ? { kind: "wait" } : { kind: "started", startTime: task.startTime };
  }
  // It was dispatched because its nodes were free. When it waits nevertheless they were lost or taken away.
  const hadStarted = view.executionState === "running" || task.requeueCount > 0;
  if (task.state === "preparing") return { kind: "wait" };
  return hadStarted || overdue ? { kind: "requeue", hadStarted } : { kind: "wait" };
}

/** Codes with which Batch ends a task that nobody let finish ("Task error codes"). */
const cutShort = new Set(["TaskEnded"]);

function completedRun(view: JobView, task: TaskSnapshot): RunEnd {
  const { failure } = task;
  if (failure !== undefined && isWallClockEnd(failure)) return { kind: "wallClockExceeded" };
  if (failure !== undefined && cutShort.has(failure.code)) {
    if (ranMs(task) >= view.maxWallClockMs) return { kind: "wallClockExceeded" };
    if (view.executionState === "terminating") return { kind: "terminated" };
    if (view.clusterGone) return { kind: "clusterDeleted" };
    if (view.rehearsed === true) return { kind: "rehearsed" };
    // How the run ended, its launcher had written before.
    if (view.launcherHung === true)
      return { kind: "taskCompleted", task: { exitCode: task.exitCode, failure } };
    // Nobody else ends tasks but a pool that shrinks so; the cluster may have been asked for something else since.
    return { kind: "deallocated", option: "terminate" };
  }
  if (linksExpired(task)) return { kind: "nodeLost" };
  if (failure?.code === "BlobNotFound") return { kind: "filesLost" };
  return { kind: "taskCompleted", task: { exitCode: task.exitCode, failure } };
}

/**
 * The links to a run's files outlive its start by days, but not every later start that Batch made by itself after it had lost the
 * node. Then nothing of that start has run; the next run of the job has links of its own.
 */
const linksExpired = ({ failure, requeueCount }: TaskSnapshot) =>
  requeueCount > 0 && failure?.code === "BlobAccessDenied";

function ranMs(task: TaskSnapshot): number {
  if (task.startTime === undefined || task.endTime === undefined) return 0;
  return Date.parse(task.endTime) - Date.parse(task.startTime);
}
