// Every timer of the app.
import type { TimerTrigger } from "../lib/register.ts";
import { removeOrphans } from "./orphans.ts";
import { reconcileJobs } from "./reconcile-jobs.ts";
import { reconcileWorkspaces } from "./reconcile-workspaces.ts";
import { reconcile, reconcileResources } from "./reconcile.ts";
import { resealSecrets } from "./reseal-secrets.ts";
import { tickTriggers } from "../../application/triggers/tick.ts";
import { removeOutdated } from "./retention.ts";
import type { TriggerInterval } from "./trigger-interval.ts";

/**
 * The host runs each timer on one instance at a time, and `runOnStartup` whenever an instance takes over, so that an app that was scaled to
 * nothing goes on at once. Every handler may run twice at the same time: it reads, and asks for what has an id of its own.
 */
const usual: readonly TimerTrigger[] = [
  { name: "reconcile", schedule: "0 */5 * * * *", runOnStartup: true, handle: reconcile },
  { name: "reconcile-resources", schedule: "0 57 * * * *", runOnStartup: true, handle: reconcileResources },
  { name: "reconcile-jobs", schedule: "0 47 * * * *", runOnStartup: true, handle: reconcileJobs },
  { name: "reconcile-workspaces", schedule: "0 7 3 * * *", runOnStartup: true, handle: reconcileWorkspaces },
  { name: "remove-orphans", schedule: "0 17 * * * *", runOnStartup: false, handle: removeOrphans },
  { name: "reseal-secrets", schedule: "0 27 * * * *", runOnStartup: true, handle: resealSecrets },
  { name: "retention", schedule: "0 37 3 * * *", runOnStartup: false, handle: removeOutdated },
];

export function timerTriggersOf(interval: TriggerInterval): readonly TimerTrigger[] {
  const schedule = interval === "60" ? "0 * * * * *" : `*/${interval} * * * * *`;
  return [...usual, { name: "triggers", schedule, runOnStartup: true, handle: tickTriggers }];
}
