// Renews what of a cluster's pool would run out. Does nothing when nothing is due, so that it may be called at any time.
import { start } from "../../application/orchestrations.ts";
import { secretsOf } from "../../application/secrets.ts";
import { renewPool as contract } from "../../contracts/cluster-activities.ts";
import { instances } from "../../contracts/instances.ts";
import { resizeClusterOrchestration } from "../../contracts/orchestrations.ts";
import { dueRenewal } from "../../domain/cluster/renewal.ts";
import { poolNodeCount } from "../../domain/cluster/scale.ts";
import { poolId } from "../../services/batch-names.ts";
import { defineActivity } from "../lib/define-activity.ts";
import { currentCluster, updateCluster } from "../lib/documents.ts";
import { stageNodeSetup } from "./node-setup.ts";

export const renewPool = defineActivity(contract, async (services, { cluster }) => {
  const document = await currentCluster(services, cluster);
  const now = new Date(services.clock.now());
  const due = document && dueRenewal(document, now, services.settings.poolExpiryMs);
  if (document === undefined || due === undefined) return undefined;
  const setup = due.startTask
    ? await stageNodeSetup(services, document, await secretsOf(services, cluster.guid))
    : undefined;
  const lowPriority = document.spec.vmPriority === "lowpriority";
  const answer = await services.pools.renew(poolId(cluster.guid), {
    startTask: setup?.startTask,
    expiry: due.expiry && { ...due.expiry, lowPriority },
  });
  if (typeof answer === "object")
    services.logger.error("pool.renewalRefused", { cluster: cluster.guid, ...answer });
  if (answer !== "accepted") return undefined;
  const latest = await updateCluster(services, cluster, (current) => ({
    ...current,
    ...(setup === undefined ? {} : { setupLinksUntil: setup.linksUntil }),
    ...(due.expiry === undefined ? {} : { expiresAt: due.expiry.at }),
  }));
  // The scale changed at the same moment, and the renewal may have undone it.
  if (due.expiry !== undefined && latest?.guid === cluster.guid && poolNodeCount(latest) !== due.expiry.nodes)
    await start(
      services,
      resizeClusterOrchestration,
      instances.resizeCluster(cluster.guid, services.random.uuid()),
      {
        cluster,
      },
    );
  return undefined;
});
