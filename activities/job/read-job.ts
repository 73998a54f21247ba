// Reads a job: its document, whether its cluster still is, and what Batch says of the current run's task.
import { readJob as contract } from "../../contracts/job-activities.ts";
import { unschedulableError } from "../../domain/cluster/resize-errors.ts";
import { isFinished } from "../../domain/job/machine.ts";
import type { JobDocument } from "../../domain/job/schema.ts";
import { clusterOf } from "../../domain/job/spot/placement.ts";
import { patienceMs } from "../../domain/job/termination.ts";
import { parseDuration } from "../../domain/shared/duration.ts";
import { batchJobId, taskId } from "../../services/batch-names.ts";
import type { Services } from "../../services/services.ts";
import { defineActivity } from "../lib/define-activity.ts";
import { currentCluster, currentJob } from "../lib/documents.ts";
import { snapshot } from "../lib/task-snapshot.ts";

function mayStillStop(
  { executionState, executionStateTransitionTime, rehearsal, attempt }: JobDocument,
  { clock, settings }: Services,
): boolean {
  const rehearsedAt = rehearsal?.attempt === attempt ? rehearsal.at : undefined;
  const askedAt = executionState === "terminating" ? executionStateTransitionTime : rehearsedAt;
  return askedAt !== undefined && clock.now() - Date.parse(askedAt) < patienceMs(settings.terminationGraceMs);
}

function rehearsalOf({ rehearsal, attempt }: JobDocument) {
  if (rehearsal?.attempt !== attempt) return {};
  return { rehearsed: true, ...(rehearsal.moves === true ? { moves: true } : {}) };
}

export const readJob = defineActivity(contract, async (services, { job }) => {
  const document = await currentJob(services, job);
  if (document === undefined) return { kind: "gone" };
  const deleting = document.provisioningState === "deleting";
  if (isFinished(document.executionState) && !deleting) return { kind: "finished" };
  const identity = { ref: clusterOf(document), guid: document.clusterGuid };
  const batchJob = batchJobId(document.clusterGuid, document.spec.schedulingPriority);
  const [cluster, task] = await Promise.all([
    currentCluster(services, identity),
    services.batch.getTask(batchJob, taskId(document.guid, document.attempt)),
  ]);
  const { startTime } = document.executionInfo;
  const unschedulable = cluster?.currentNodeCount === 0 ? unschedulableError(cluster.errors) : undefined;
  return {
    kind: "unfinished",
    executionState: document.executionState,
    deleting,
    clusterGone: cluster === undefined || cluster.provisioningState === "deleting",
    ...(unschedulable === undefined
      ? {}
      : { clusterUnschedulable: `${unschedulable.code}: ${unschedulable.message}` }),
    attempt: document.attempt,
    losses: document.losses,
    ...(document.spec.retries === undefined ? {} : { retries: document.spec.retries }),
    ...(startTime === undefined ? {} : { startTime }),
    ...(task?.state === "running" && mayStillStop(document, services) ? { mayStillStop: true } : {}),
    ...rehearsalOf(document),
    ...(document.hungAttempt === document.attempt ? { launcherHung: true } : {}),
    maxWallClockMs: parseDuration(document.spec.constraints.maxWallClockTime) ?? Number.MAX_SAFE_INTEGER,
    ...(task === undefined ? {} : { task: snapshot(task) }),
  };
});
