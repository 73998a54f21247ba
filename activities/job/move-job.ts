// Takes a waiting job from the queue of one cluster into that of another. First it is announced there, then its document says so, then it
// changes queues: whatever is cut off, it is found in one of them, and the monitor that finds it where it no longer belongs goes on here.
import { inLanes } from "../../services/in-lanes.ts";
import { service } from "../../application/caller.ts";
import { clusterOfJob, wakeMonitor } from "../../application/monitors.ts";
import { wakeRun } from "../../application/runs.ts";
import { activeJobOf } from "../../domain/job/queue.ts";
import type { JobDocument } from "../../domain/job/schema.ts";
import type { Place } from "../../domain/job/spot/place.ts";
import { placedJob } from "../../domain/job/spot/placement.ts";
import { formatId, parseClusterId, refOf } from "../../domain/shared/resource-id.ts";
import type { ActiveJob } from "../../services/active-jobs.ts";
import { batchJobId, taskId } from "../../services/batch-names.ts";
import { timestamp } from "../../services/clock.ts";
import type { Services } from "../../services/services.ts";
import { updateJob } from "../lib/documents.ts";

/** @returns false when it stays, because the other cluster cannot take it, or it does not wait any more. */
export async function moveJob(
  services: Services,
  row: ActiveJob,
  job: JobDocument,
  to: Place,
): Promise<boolean> {
  const { spot, cluster } = job.spec;
  const id = to === "spot" ? cluster.id : (spot?.cluster.id ?? cluster.id);
  const target = await services.state.clusters.get(parseClusterId(id));
  if (target?.provisioningState !== "succeeded") return false;
  const { activeJobs } = services.state;
  const time = timestamp(services.clock);
  await activeJobs.announce(target.guid, row);
  const from = job.clusterGuid;
  const waitsHere = (found: JobDocument) =>
    found.executionState === "queued" &&
    found.provisioningState === "succeeded" &&
    found.attempt === row.attempt &&
    found.clusterGuid === from;
  const moved = await updateJob(
    services,
    { ref: row.ref, guid: row.jobGuid },
    (found) => (waitsHere(found) ? placedJob(found, target, formatId(refOf(target)), to) : found),
    () => ({ time, actor: service, cause: causes[to], link: id }),
  );
  if (moved?.clusterGuid !== target.guid) {
    await activeJobs.remove(target.guid, row);
    await activeJobs.forget(target.guid, [row.jobGuid]);
    return false;
  }
  await finishMove(services, from, row, moved, job.placement?.fromAttempt ?? 1);
  return true;
}

const causes = {
  dedicated: "its spot policy: it goes on on dedicated nodes",
  spot: "its spot policy: it goes on on spot nodes",
} as const;

/**
 * The document says that the job is elsewhere: it leaves the cluster it was in.
 * @param fromAttempt its first run there.
 */
export async function finishMove(
  services: Services,
  from: string,
  row: ActiveJob,
  job: JobDocument,
  fromAttempt = 1,
): Promise<void> {
  const { activeJobs } = services.state;
  if (job.executionState === "queued") await activeJobs.add(job.clusterGuid, activeJobOf(job));
  await activeJobs.remove(from, row);
  const batchJob = batchJobId(from, job.spec.schedulingPriority);
  const attempts = Array.from(
    { length: Math.max(0, row.attempt - fromAttempt) },
    (_, index) => fromAttempt + index,
  );
  await inLanes(attempts, (attempt) => services.batch.deleteTask(batchJob, taskId(job.guid, attempt)));
  await activeJobs.forget(from, [job.guid]);
  // Deleted meanwhile, the cluster did not see the job come.
  const cluster = await services.state.clusters.get(clusterOfJob(job).ref);
  if (cluster?.guid === job.clusterGuid && cluster.provisioningState === "succeeded")
    await wakeMonitor(services, clusterOfJob(job));
  else await wakeRun(services, { ref: row.ref, guid: job.guid });
}
