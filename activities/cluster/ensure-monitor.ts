// Makes sure that somebody watches the cluster, and soon.
import { ensureMonitor as contract } from "../../contracts/cluster-activities.ts";
import { changed } from "../../contracts/instances.ts";
import { monitorStart } from "../../contracts/starts.ts";
import { startOrWake } from "../../services/orchestrations.ts";
import { defineActivity } from "../lib/define-activity.ts";

export const ensureMonitor = defineActivity(contract, async (services, { cluster }) => {
  await startOrWake(services, monitorStart(cluster, services.settings), changed);
  return undefined;
});
