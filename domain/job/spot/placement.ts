// Where a job with a spot policy is, and where it should be: on the spot nodes of the cluster that it asks for, or on the dedicated ones of its
// policy's cluster. A job is on one of them at a time, and changes only while it waits for nodes.
import { timestamp } from "../../shared/brand.ts";
import { parseDuration } from "../../shared/duration.ts";
import { parseClusterId } from "../../shared/resource-id.ts";
import type { ClusterRef } from "../../shared/resource-id.ts";
import type { ClusterDocument } from "../../cluster/schema.ts";
import type { JobDocument } from "../schema.ts";
import type { Place } from "./place.ts";
import { deadlineOf } from "./policy.ts";
import { uniformProgress } from "./uniform-progress.ts";

export const placeOf = (job: Pick<JobDocument, "placement">): Place => job.placement?.place ?? "spot";

/** The cluster whose nodes the job waits for or runs on. */
export function clusterOf(
  job: Pick<JobDocument, "placement"> & { readonly spec: Pick<JobDocument["spec"], "cluster"> },
): ClusterRef {
  return parseClusterId((job.placement?.cluster ?? job.spec.cluster).id);
}

/** Whether somebody has to look at it while it waits, and while it runs: told where it is queued, so that no other job is read for it. */
export function policyChecks({ spec }: Pick<JobDocument, "spec">): "waiting" | "always" | undefined {
  if (spec.spot === undefined) return undefined;
  return spec.spot.fallback.deadline === undefined ? "waiting" : "always";
}

/** @param spotFree there are free spot nodes for it, or it runs on some. */
export function wantedPlace(job: JobDocument, now: Date, spotFree: boolean): Place {
  const { spot } = job.spec;
  const place = placeOf(job);
  if (spot === undefined) return place;
  const terms = deadlineOf(spot.fallback);
  const elapsedMs = now.getTime() - Date.parse(job.creationTime);
  const runsOn = job.executionState === "running" ? place : undefined;
  if (terms !== undefined)
    return uniformProgress(terms, { elapsedMs, doneMs: doneMs(job, now), runsOn, spotFree });
  if (place === "dedicated") return place;
  const { afterPreemptions, afterWait } = spot.fallback;
  const waits = parseDuration(afterWait ?? "");
  const tooOften = afterPreemptions !== undefined && job.losses.preemptions >= afterPreemptions;
  const waitedMs = now.getTime() - Date.parse(job.executionStateTransitionTime);
  return tooOften || (waits !== undefined && waitedMs >= waits && !spotFree) ? "dedicated" : place;
}

/** What of the work is done. */
function doneMs(job: JobDocument, now: Date): number {
  const { startTime } = job.executionInfo;
  const runs = job.executionState === "running" && startTime !== undefined;
  return (job.doneMs ?? 0) + (runs ? Math.max(0, now.getTime() - Date.parse(startTime)) : 0);
}

/** What an attempt adds to the work that is done: all but what its end may have cost. */
export function withWork(job: JobDocument, startTime: string | undefined, endTime: string): JobDocument {
  const terms = job.spec.spot === undefined ? undefined : deadlineOf(job.spec.spot.fallback);
  if (terms === undefined || startTime === undefined) return job;
  const ranMs = Date.parse(endTime) - Date.parse(startTime);
  return { ...job, doneMs: (job.doneMs ?? 0) + Math.max(0, ranMs - terms.checkpointMs) };
}

/** A waiting job, now waiting for the nodes of another cluster. */
export function placedJob(job: JobDocument, cluster: ClusterDocument, id: string, place: Place): JobDocument {
  const { clusterMounts: _, ...rest } = job;
  return {
    ...rest,
    clusterGuid: cluster.guid,
    clusterVmSize: cluster.spec.vmSize,
    clusterVmPriority: cluster.spec.vmPriority,
    ...(cluster.spec.mountVolumes === undefined ? {} : { clusterMounts: cluster.spec.mountVolumes }),
    placement: { place, cluster: { id }, fromAttempt: job.attempt },
  };
}

/** Its run is to end as by an announced eviction, because it should go on elsewhere. */
export function movingJob(job: JobDocument, attempt: number, now: Date): JobDocument {
  const runs = job.executionState === "running" && job.provisioningState === "succeeded";
  if (!runs || job.attempt !== attempt || job.rehearsal?.attempt === attempt) return job;
  return { ...job, rehearsal: { attempt, at: timestamp(now), moves: true } };
}
