// The steps of a job's deletion: end its run, remove what Batch and staging hold of it, remove its documents.
import { keepDeleting } from "../../application/deletions.ts";
import { clusterOfJob, wakeMonitor } from "../../application/monitors.ts";
import { hasRunEnded } from "../../application/runs.ts";
import { haltRun, removeJobRecords, removeRuns } from "../../contracts/job-activities.ts";
import { activeJobOf } from "../../domain/job/queue.ts";
import { batchJobId, stagingFolder, taskId } from "../../services/batch-names.ts";
import { timestamp } from "../../services/clock.ts";
import { operationId } from "../../services/operation-documents.ts";
import { defineActivity } from "../lib/define-activity.ts";
import { currentCluster, currentJob } from "../lib/documents.ts";
import { claim } from "./claim-run.ts";

export const halt = defineActivity(haltRun, async (services, { job }) => {
  await keepDeleting(services, job.ref, ({ guid }) => guid === job.guid);
  return { ended: (await hasRunEnded(services, job)) && (await claim(services, job)) };
});

export const removeTasks = defineActivity(removeRuns, async (services, { job }) => {
  const document = await currentJob(services, job);
  if (document === undefined) return undefined;
  const batchJob = batchJobId(document.clusterGuid, document.spec.schedulingPriority);
  for (let attempt = 1; attempt <= document.attempt; attempt += 1)
    await services.batch.deleteTask(batchJob, taskId(job.guid, attempt));
  await services.staging.removeAll(stagingFolder(job.guid));
  return undefined;
});

export const removeRecords = defineActivity(removeJobRecords, async (services, request) => {
  const { job, actor } = request;
  const time = timestamp(services.clock);
  const document = await currentJob(services, job);
  await services.secrets.remove(job.guid);
  if (document !== undefined) {
    const { clusterGuid } = document;
    await services.state.activeJobs.remove(clusterGuid, activeJobOf(document));
    await services.state.activeJobs.forget(clusterGuid, job.guid);
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
