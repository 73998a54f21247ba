// Claims the processors that a cluster asks Batch for, and writes down what quota left of them.
import { targetNodeCount } from "../../domain/cluster/scale.ts";
import type { ClusterDocument } from "../../domain/cluster/schema.ts";
import { refOf } from "../../domain/shared/resource-id.ts";
import { sameContent } from "../../domain/shared/same-content.ts";
import { claimNodes } from "../../domain/usage/quota.ts";
import { timestamp } from "../../services/clock.ts";
import type { Services } from "../../services/services.ts";
import { updateCluster } from "../lib/documents.ts";

/** The cluster's document as it is then; undefined when the cluster is gone. */
export async function claimQuota(
  services: Services,
  cluster: ClusterDocument,
): Promise<ClusterDocument | undefined> {
  const asked = targetNodeCount(cluster);
  const { vmSize, vmPriority: priority } = cluster.spec;
  const claim = { vmSize, priority, nodes: asked, since: timestamp(services.clock) };
  const { nodes, shortage } = await services.reservations.clusters.update((claims) => {
    const held = claims[cluster.guid];
    const since = held?.since ?? claim.since;
    const grant = claimNodes(claims, cluster.guid, { ...claim, since }, services.settings.quotas);
    const same = held !== undefined && sameContent(held, grant.claims[cluster.guid]);
    return { claims: same ? claims : grant.claims, result: grant };
  });
  const latest = await updateCluster(services, { ref: refOf(cluster), guid: cluster.guid }, (current) => {
    const { quota: before, ...rest } = current;
    if (shortage === undefined) return before === undefined ? current : rest;
    const quota = { asked, granted: nodes, error: shortage };
    return sameContent(before, quota) ? current : { ...rest, quota };
  });
  return latest?.guid === cluster.guid ? latest : undefined;
}

/** A cluster whose pool could not be made holds no processors; its place among the clusters it keeps. */
export async function giveBackNodes(services: Services, clusterGuid: string): Promise<void> {
  await services.reservations.clusters.update((claims) => {
    const held = claims[clusterGuid];
    const same = held === undefined || held.nodes === 0;
    return { claims: same ? claims : { ...claims, [clusterGuid]: { ...held, nodes: 0 } }, result: undefined };
  });
}
