// What the launcher wrote about the end of a run.
import { readLauncherResult as contract } from "../../contracts/job-activities.ts";
import { taskId } from "../../services/batch-names.ts";
import { defineActivity } from "../lib/define-activity.ts";
import { currentJob } from "../lib/documents.ts";
import { resultOf } from "./launcher-result.ts";

export const readLauncherResult = defineActivity(contract, async (services, { job, attempt }) => {
  const document = await currentJob(services, job);
  if (document === undefined) return {};
  return { result: await resultOf(services, document, taskId(job.guid, attempt)) };
});
