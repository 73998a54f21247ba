// Every timer of the app.
import type { TimerTrigger } from "../lib/register.ts";
import { removeOrphans } from "./orphans.ts";
import { reconcileJobs } from "./reconcile-jobs.ts";
import { reconcile } from "./reconcile.ts";
import { resealSecrets } from "./reseal-secrets.ts";

export const timerTriggers: readonly TimerTrigger[] = [
  { name: "reconcile", schedule: "0 */5 * * * *", runOnStartup: true, handle: reconcile },
  { name: "reconcile-jobs", schedule: "0 47 * * * *", runOnStartup: true, handle: reconcileJobs },
  { name: "remove-orphans", schedule: "0 17 * * * *", runOnStartup: false, handle: removeOrphans },
  { name: "reseal-secrets", schedule: "0 27 * * * *", runOnStartup: true, handle: resealSecrets },
];
