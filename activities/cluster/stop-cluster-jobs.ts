// Notifies the unfinished jobs of a cluster that is going away; they record their own end.
import { keepDeleting } from "../../application/deletions.ts";
import { wakeRun } from "../../application/runs.ts";
import { stopClusterJobs as contract } from "../../contracts/cluster-activities.ts";
import { isFinished } from "../../domain/job/machine.ts";
import type { ActiveJob } from "../../services/active-jobs.ts";
import type { Services } from "../../services/services.ts";
import { defineActivity } from "../lib/define-activity.ts";
import { currentJob } from "../lib/documents.ts";

export const stopClusterJobs = defineActivity(contract, async (services, { cluster }) => {
  await keepDeleting(services, cluster.ref, ({ guid }) => guid === cluster.guid);
  const active = await services.state.activeJobs.list(cluster.guid);
  const remaining = await Promise.all(active.map((job) => notify(services, cluster.guid, job)));
  return { remaining: remaining.filter(Boolean).length };
});

/** True when the job is still on its way. */
async function notify(services: Services, clusterGuid: string, active: ActiveJob): Promise<boolean> {
  const identity = { ref: active.ref, guid: active.jobGuid };
  const job = await currentJob(services, identity);
  if (job?.provisioningState === "deleting" && isFinished(job.executionState)) return false;
  if (job === undefined || isFinished(job.executionState)) {
    // The entry was written for a job that never came to be, or whose end was cut off.
    await services.state.activeJobs.remove(clusterGuid, active);
    if (job === undefined) await services.state.activeJobs.forget(clusterGuid, [active.jobGuid]);
    return false;
  }
  // Whoever deletes the job waits for its run to be over: started again and again from here, it never would be.
  if (job.provisioningState !== "deleting") await wakeRun(services, identity);
  return true;
}
