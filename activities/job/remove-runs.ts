// Removes what Batch and staging hold of a job.
import { removeRuns as contract } from "../../contracts/job-activities.ts";
import { batchJobId, stagingFolder, taskId } from "../../services/batch-names.ts";
import { defineActivity } from "../lib/define-activity.ts";
import { currentJob } from "../lib/documents.ts";

export const removeRuns = defineActivity(contract, async (services, { job }) => {
  const document = await currentJob(services, job);
  if (document === undefined) return undefined;
  const batchJob = batchJobId(document.clusterGuid, document.spec.schedulingPriority);
  for (let attempt = 1; attempt <= document.attempt; attempt += 1)
    await services.batch.deleteTask(batchJob, taskId(job.guid, attempt));
  await services.staging.removeAll(stagingFolder(job.guid));
  return undefined;
});
