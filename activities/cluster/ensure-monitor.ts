// Makes sure that somebody watches the cluster, and soon.
import { ensureMonitor as contract } from "../../contracts/cluster-activities.ts";
import { changed, instances } from "../../contracts/instances.ts";
import { monitorClusterFlow } from "../../contracts/orchestrations.ts";
import { defineActivity } from "../lib/define-activity.ts";

export const ensureMonitor = defineActivity(contract, async (services, { cluster }) => {
  const instance = instances.monitor(cluster.guid);
  const { monitorMinIntervalMs: minIntervalMs, monitorMaxIntervalMs: maxIntervalMs } = services.settings;
  const watching =
    (await services.orchestrations.status(instance)) === "active"
      ? "active"
      : await services.orchestrations.start(monitorClusterFlow.name, instance, {
          cluster,
          minIntervalMs,
          maxIntervalMs,
        });
  if (watching === "active") await services.orchestrations.raise(instance, changed, {});
  return undefined;
});
