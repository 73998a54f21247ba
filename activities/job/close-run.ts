// For a job that was found finished: whatever its end left undone.
import { closeRun as contract } from "../../contracts/job-activities.ts";
import { defineActivity } from "../lib/define-activity.ts";
import { currentJob } from "../lib/documents.ts";
import { cleanUp } from "./clean-up.ts";

export const closeRun = defineActivity(contract, async (services, { job }) => {
  const document = await currentJob(services, job);
  if (document !== undefined) await cleanUp(services, document, true);
  return undefined;
});
