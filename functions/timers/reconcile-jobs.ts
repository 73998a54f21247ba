// Looks at every job there is, whatever the index of its cluster says: the index and the documents may be of different
// moments after a restore. A job that is to be deleted is; one that has not ended is put back among those that its cluster
// looks after; one whose cluster is gone is told; one whose launcher hangs is ended; triggers that missed an end hear of it. Reading everything costs something: at
// start, then hourly.
import { service } from "../../application/caller.ts";
import { startDeletion } from "../../application/deletions.ts";
import { clusterOfJob, wakeMonitor } from "../../application/monitors.ts";
import { wakeRun } from "../../application/runs.ts";
import { notifyMissedEnd } from "../../application/triggers/notify-triggers.ts";
import { isFinished } from "../../domain/job/machine.ts";
import { activeJobOf } from "../../domain/job/queue.ts";
import type { JobDocument } from "../../domain/job/schema.ts";
import { identityOf } from "../../domain/kinds.ts";
import type { Services } from "../../services/services.ts";
import { everyResource } from "../lib/every-resource.ts";
import { endHungRun } from "./end-hung-runs.ts";

export async function reconcileJobs(services: Services): Promise<void> {
  const indexed = indexOf(services);
  for await (const job of everyResource(services, ["job"])) await reconcileJob(services, job, indexed);
}

/** GUIDs of the jobs in a cluster's index, read once per cluster. */
type Indexed = (clusterGuid: string) => Promise<ReadonlySet<string>>;

function indexOf({ state }: Services): Indexed {
  const known = new Map<string, Promise<ReadonlySet<string>>>();
  return (clusterGuid) => {
    const found =
      known.get(clusterGuid) ??
      state.activeJobs.list(clusterGuid).then((jobs) => new Set(jobs.map(({ jobGuid }) => jobGuid)));
    known.set(clusterGuid, found);
    return found;
  };
}

async function reconcileJob(services: Services, job: JobDocument, indexed: Indexed): Promise<void> {
  if (job.provisioningState === "deleting") return startDeletion(services, job, service);
  if (isFinished(job.executionState)) return notifyMissedEnd(services, job);
  await endHungRun(services, job);
  const cluster = clusterOfJob(job);
  const found = await services.state.clusters.get(cluster.ref);
  if (found?.guid !== cluster.guid || job.executionState === "terminating")
    return wakeRun(services, identityOf(job));
  if ((await indexed(cluster.guid)).has(job.guid)) return;
  await services.state.activeJobs.announce(cluster.guid, activeJobOf(job));
  await services.state.activeJobs.add(cluster.guid, activeJobOf(job));
  await wakeMonitor(services, cluster);
}
