// Who ends or deletes a job must know that its task is not being added meanwhile: the monitor of its cluster submits, and
// says so in the index before it begins and when it is done. See docs/adr/0022.
import { clusterOfJob, wakeMonitor } from "../../application/monitors.ts";
import { claimRun as contract } from "../../contracts/job-activities.ts";
import type { JobIdentity } from "../../contracts/refs.ts";
import { activeJobOf } from "../../domain/job/queue.ts";
import { timestamp } from "../../services/clock.ts";
import type { Services } from "../../services/services.ts";
import { defineActivity } from "../lib/define-activity.ts";
import { currentCluster, currentJob } from "../lib/documents.ts";

export const claimRun = defineActivity(contract, async (services, { job }) => ({
  claimed: await claim(services, job),
}));

/** False while the run is being submitted; then its cluster's monitor is awake. */
export async function claim(services: Services, job: JobIdentity): Promise<boolean> {
  const document = await currentJob(services, job);
  if (document === undefined) return true;
  const { clusterGuid: guid } = document;
  const at = timestamp(services.clock);
  if ((await services.state.activeJobs.keep(guid, activeJobOf(document), at)) === "kept") {
    // A job that was deleted meanwhile holds nothing.
    if ((await currentJob(services, job)) === undefined)
      await services.state.activeJobs.remove(guid, activeJobOf(document));
    return true;
  }
  const cluster = await currentCluster(services, clusterOfJob(document));
  // What is added to a pool that goes away goes with it.
  if (cluster === undefined || cluster.provisioningState === "deleting") return true;
  await wakeMonitor(services, clusterOfJob(document));
  return false;
}
