// What the state of a trial's job says of the trial: how far it is, how it ended, what its runs cost.
import { isFinished } from "../job/machine.ts";
import type { JobDocument } from "../job/schema.ts";
import type { JobRef } from "../shared/resource-id.ts";
import type { SweepDocument } from "./schema.ts";
import { jobNameOf } from "./trial.ts";
import type { Trial, TrialState } from "./trial.ts";

/** The job of a trial's attempt. */
export function jobRefOf(
  { subscriptionId, resourceGroup, workspace, experiment, sweep }: SweepDocument,
  trial: Pick<Trial, "index" | "attempt">,
): JobRef {
  const job = jobNameOf(sweep, trial);
  return { kind: "job", subscriptionId, resourceGroup, workspace, experiment, job };
}

export function withJob(trial: Trial, job: JobDocument, now: number): Trial {
  if (isOutdated(trial, job)) return trial;
  const { startTime, endTime, exitCode, errors } = job.executionInfo;
  const paid = paidFor(trial, job, now);
  const known: Trial = { ...paid, jobGuid: job.guid, ...(startTime === undefined ? {} : { startTime }) };
  if (!isFinished(job.executionState)) {
    if (trial.state === "stopping") return known;
    return { ...known, state: job.executionState === "running" ? "running" : "queued" };
  }
  const [error] = errors ?? [];
  const state = endState(trial, job);
  return {
    ...known,
    state,
    ...(endTime === undefined ? {} : { endTime }),
    ...(exitCode === undefined ? {} : { exitCode }),
    ...(error === undefined || state !== "failed"
      ? {}
      : { error: { code: error.code, message: error.message } }),
  };
}

/**
 * A look may be at a document that was read before the one of the look before it: what is known of a run is not taken back by it. Of what has
 * ended there is nothing older than what is known.
 */
function isOutdated({ run: paying }: Trial, job: JobDocument): boolean {
  if (paying === undefined || isFinished(job.executionState)) return false;
  const at = job.executionInfo.startTime ?? job.executionStateTransitionTime;
  return Date.parse(at) < Date.parse(paying);
}

function endState({ stopCause, stoppedAt }: Trial, job: JobDocument): TrialState {
  if (stoppedAt !== undefined || stopCause === "policy") return "stopped";
  if (job.executionState === "succeeded") return "succeeded";
  const wasEnded = job.executionInfo.errors?.some(({ code }) => code === "JobTerminated") === true;
  return stopCause !== undefined || wasEnded ? "canceled" : "failed";
}

/** The job was never made, or somebody deleted it. */
export function withoutJob(trial: Trial, nodeCount: number, now: number): Trial {
  const isWanted = trial.state !== "stopping";
  if (trial.jobGuid === undefined && isWanted) return trial;
  const owed = trial.run === undefined ? 0 : nodeCount * Math.max(0, now - Date.parse(trial.run));
  const spent = trial.spent + owed;
  const { run: _, ...kept } = trial;
  return { ...kept, spent, state: trial.stopCause === "policy" ? "stopped" : "canceled" };
}

/** A run is paid when it is over: a later one has begun, or the job has ended. Of one that was lost nobody knows the end. */
function paidFor(trial: Trial, job: JobDocument, now: number): Trial {
  const { startTime, endTime } = job.executionInfo;
  const { nodeCount } = job.spec;
  const { run: paying, ...kept } = trial;
  let { spent } = trial;
  const isLost = paying !== undefined && paying !== startTime;
  if (isLost)
    spent +=
      nodeCount * Math.max(0, (startTime === undefined ? now : Date.parse(startTime)) - Date.parse(paying));
  if (startTime === undefined) return { ...kept, spent };
  if (!isFinished(job.executionState)) return { ...kept, spent, run: startTime };
  const end = endTime === undefined ? now : Date.parse(endTime);
  return { ...kept, spent: spent + nodeCount * Math.max(0, end - Date.parse(startTime)) };
}
