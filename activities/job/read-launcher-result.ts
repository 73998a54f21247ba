// Reads what the launcher left in the task's directory about its end. No file is an answer, too: the node may be gone.
import { readLauncherResult as contract } from "../../contracts/job-activities.ts";
import { launcherResultFile, parseLauncherResult } from "../../domain/launch/result.ts";
import { batchJobId, taskId } from "../../services/batch-names.ts";
import { defineActivity } from "../lib/define-activity.ts";
import { currentJob } from "../lib/documents.ts";

const longestResultBytes = 16_384;

export const readLauncherResult = defineActivity(contract, async (services, { job, attempt }) => {
  const document = await currentJob(services, job);
  if (document === undefined) return {};
  const batchJob = batchJobId(document.clusterGuid, document.spec.schedulingPriority);
  const path = `wd/${launcherResultFile}`;
  const text = await services.batch.readTaskFile(
    batchJob,
    taskId(job.guid, attempt),
    path,
    longestResultBytes,
  );
  return { result: text === undefined ? undefined : parseLauncherResult(text) };
});
