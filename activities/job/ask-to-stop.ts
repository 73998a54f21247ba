// Asks the launcher of a job that is terminated to end its program.
import { askToStop as contract } from "../../contracts/job-activities.ts";
import { defineActivity } from "../lib/define-activity.ts";
import { askRunToStop } from "./stop-file.ts";

export const askToStop = defineActivity(contract, async (services, { job, attempt }) => {
  await askRunToStop(services, { jobGuid: job.guid, attempt }, "stop");
  return undefined;
});
