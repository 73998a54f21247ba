// The last step of a job's deletion: its secrets, its places in the index of its cluster, its document.
import { clusterOfJob, wakeMonitor } from "../../application/monitors.ts";
import { removeTrackedJob } from "../../application/tracking/removal.ts";
import { removeJobRecords as contract } from "../../contracts/job-activities.ts";
import { activeJobOf } from "../../domain/job/queue.ts";
import { timestamp } from "../../services/clock.ts";
import { operationId } from "../../services/operation-documents.ts";
import { defineActivity } from "../lib/define-activity.ts";
import { currentCluster, currentJob } from "../lib/documents.ts";

export const removeJobRecords = defineActivity(contract, async (services, request) => {
  const { job, actor } = request;
  const time = timestamp(services.clock);
  const document = await currentJob(services, job);
  await services.secrets.remove(job.guid);
  if (document !== undefined) {
    const { clusterGuid } = document;
    await removeTrackedJob(services, document);
    await services.state.activeJobs.remove(clusterGuid, activeJobOf(document));
    await services.state.activeJobs.forget(clusterGuid, [job.guid]);
    const cluster = clusterOfJob(document);
    if ((await currentCluster(services, cluster)) !== undefined) await wakeMonitor(services, cluster);
    else if (await services.state.activeJobs.unreferenced(clusterGuid))
      await services.secrets.remove(clusterGuid);
  }
  const isIt = ({ guid }: { readonly guid: string }) => guid === job.guid;
  const link = `operation:${request.operationId}`;
  await services.state.jobs.remove(job.ref, isIt, { time, actor, cause: "deleted", link });
  // Once more: a run that looked at the document just before may have kept the job.
  if (document !== undefined)
    await services.state.activeJobs.remove(document.clusterGuid, activeJobOf(document));
  await services.operations.close(operationId("terminate", job.guid), { status: "Succeeded" }, time);
  await services.operations.close(request.operationId, { status: "Succeeded" }, time);
  return undefined;
});
