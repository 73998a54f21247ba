// The task of a run started.
import { recordStarted as contract } from "../../contracts/job-activities.ts";
import { defineActivity } from "../lib/define-activity.ts";
import { recordStart } from "./run-records.ts";

export const recordStarted = defineActivity(contract, async (services, run) => {
  await recordStart(services, run);
  return undefined;
});
