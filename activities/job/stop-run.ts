// Ends the run's task in Batch. A task that has ended, or never was, is a success.
import { stopRun as contract } from "../../contracts/job-activities.ts";
import { batchJobId, taskId } from "../../services/batch-names.ts";
import { defineActivity } from "../lib/define-activity.ts";
import { currentJob } from "../lib/documents.ts";

export const stopRun = defineActivity(contract, async (services, { job, attempt }) => {
  const document = await currentJob(services, job);
  if (document === undefined) return undefined;
  const batchJob = batchJobId(document.clusterGuid, document.spec.schedulingPriority);
  await services.batch.terminateTask(batchJob, taskId(job.guid, attempt));
  return undefined;
});
