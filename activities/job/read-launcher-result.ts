// What the launcher wrote about the end of a run, and what Batch says of the nodes of a gang that failed.
import { readLauncherResult as contract } from "../../contracts/job-activities.ts";
import { batchJobId, taskId } from "../../services/batch-names.ts";
import { defineActivity } from "../lib/define-activity.ts";
import { currentJob } from "../lib/documents.ts";
import { snapshot } from "../lib/task-snapshot.ts";
import { lossBehindGang } from "./gang-loss.ts";
import { resultOf } from "./launcher-result.ts";

export const readLauncherResult = defineActivity(contract, async (services, { job, attempt }) => {
  const document = await currentJob(services, job);
  if (document === undefined) return {};
  const { nodeCount, schedulingPriority } = document.spec;
  const id = taskId(job.guid, attempt);
  const result = await resultOf(services, document, id);
  if (nodeCount === 1) return { result };
  const task = await services.batch.getTask(batchJobId(document.clusterGuid, schedulingPriority), id);
  const loss =
    task === undefined ? undefined : await lossBehindGang(services, document, snapshot(task), result);
  return { result, ...(loss === undefined ? {} : { loss }) };
});
