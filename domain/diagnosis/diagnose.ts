// Why a job waits, runs so long, or failed: the reasons in order, the strongest first. Always at least one.
import { parseDuration } from "../shared/duration.ts";
import { clusterCauses } from "./cluster-causes.ts";
import { stateSince } from "./facts.ts";
import type { Cause, Facts } from "./facts.ts";
import { earlierAttempts } from "./earlier-attempts.ts";
import { failureCauses } from "./failure-causes.ts";
import { waitingCauses } from "./waiting-causes.ts";

export function diagnose(facts: Facts): readonly Cause[] {
  const { executionState, provisioningState } = facts.job;
  if (provisioningState === "deleting")
    return [
      { code: "JobDeleting", says: "The job is being deleted", because: "its provisioningState is deleting" },
    ];
  switch (executionState) {
    case "queued":
      return waitingCauses(facts);
    case "running":
      return runningCauses(facts);
    case "failed":
      return [...failureCauses(facts), ...(facts.attempts === undefined ? [] : earlierAttempts(facts))];
    case "terminating":
      return [
        {
          code: "JobTerminating",
          says: "The job is being ended, as somebody asked",
          because: sinceTransition(facts),
        },
      ];
    case "succeeded":
      return [{ code: "JobSucceeded", says: "The job succeeded", because: sinceTransition(facts) }];
  }
}

const nearlyOver = 0.9;

function runningCauses(facts: Facts): Cause[] {
  const { job, now, cluster, clusterName } = facts;
  const limitMs = parseDuration(job.constraints.maxWallClockTime) ?? Infinity;
  const ranMs =
    now.getTime() - Date.parse(job.executionInfo?.startTime ?? String(job.executionStateTransitionTime));
  const causes: Cause[] = [];
  if (ranMs >= limitMs * nearlyOver)
    causes.push({
      code: "NearWallClockLimit",
      says: `The job has used ${Math.floor((ranMs / limitMs) * 100)} % of its time (${job.constraints.maxWallClockTime}) and is ended then`,
      because: `executionInfo.startTime is ${job.executionInfo?.startTime ?? "not told"}`,
      remedy: "See that it writes a checkpoint; submit it again with a larger constraints.maxWallClockTime.",
    });
  causes.push(...earlierAttempts(facts));
  if (cluster !== undefined) causes.push(...clusterCauses(clusterName, cluster));
  causes.push({ code: "JobRunning", says: "The job runs", because: sinceTransition(facts) });
  return causes;
}

function sinceTransition({ job }: Facts): string {
  return stateSince("executionState", job.executionState, String(job.executionStateTransitionTime));
}
