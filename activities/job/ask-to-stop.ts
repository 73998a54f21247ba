// Asks the launcher of a job to end its program: somebody terminates the job, or rehearses an eviction.
import { askToStop as contract } from "../../contracts/job-activities.ts";
import { defineActivity } from "../lib/define-activity.ts";
import { askRunToStop } from "./stop-file.ts";

export const askToStop = defineActivity(contract, async (services, { job, attempt, request = "stop" }) => {
  await askRunToStop(services, { jobGuid: job.guid, attempt }, request);
  return undefined;
});
