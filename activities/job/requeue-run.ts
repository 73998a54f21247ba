// Takes a run back that waits in Batch, and puts its job into its cluster's queue again.
import { requeueRun as contract } from "../../contracts/job-activities.ts";
import { batchJobId, taskId } from "../../services/batch-names.ts";
import { defineActivity } from "../lib/define-activity.ts";
import { currentJob } from "../lib/documents.ts";
import { queueAgain } from "./clean-up.ts";
import { isQueuedAfter, recordRequeue } from "./run-records.ts";

export const requeueRun = defineActivity(contract, async (services, run) => {
  const document = await currentJob(services, run.job);
  if (document === undefined) return undefined;
  const batchJob = batchJobId(document.clusterGuid, document.spec.schedulingPriority);
  await services.batch.deleteTask(batchJob, taskId(run.job.guid, run.attempt));
  const back = await recordRequeue(services, run);
  if (isQueuedAfter(back, run.attempt)) await queueAgain(services, back);
  return undefined;
});
