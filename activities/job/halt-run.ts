// Sees that nobody else has to do with the run of a job that is being deleted.
import { keepDeleting } from "../../application/deletions.ts";
import { hasRunEnded } from "../../application/runs.ts";
import { haltRun as contract } from "../../contracts/job-activities.ts";
import { defineActivity } from "../lib/define-activity.ts";
import { claim } from "./claim-run.ts";

export const haltRun = defineActivity(contract, async (services, { job }) => {
  await keepDeleting(services, job.ref, ({ guid }) => guid === job.guid);
  return { ended: (await hasRunEnded(services, job)) && (await claim(services, job)) };
});
