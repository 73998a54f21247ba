// Makes sure that somebody watches the cluster, and soon.
import { wakeMonitor } from "../../application/monitors.ts";
import { ensureMonitor as contract } from "../../contracts/cluster-activities.ts";
import { defineActivity } from "../lib/define-activity.ts";

export const ensureMonitor = defineActivity(contract, async (services, { cluster }) => {
  await wakeMonitor(services, cluster);
  return undefined;
});
