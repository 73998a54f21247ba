// What of a pool runs out and has to be renewed in time: the links of its start task, and the moment at which it empties
// itself when nobody looks after it (docs/adr/0012). Pure decisions; renewing is somebody else's.
import { poolNodeCount } from "./scale.ts";
import type { ClusterDocument } from "./schema.ts";

export const defaultExpiryMs = 2 * 3_600_000;
/** A link lives at most seven days (Azure Storage, "Create a user delegation SAS"); a little less, for clocks that differ. */
export const setupLinkLifetimeMs = 7 * 24 * 3_600_000 - 3_600_000;

export interface Renewal {
  readonly startTask: boolean;
  /** Nodes to keep until the moment (ISO 8601), and none afterwards. */
  readonly expiry?: { readonly nodes: number; readonly at: string };
}

/** Undefined when nothing has to be done now. Renewed when half of the time is over, so that one failure costs nothing. */
export function dueRenewal(cluster: ClusterDocument, now: Date, expiryMs: number): Renewal | undefined {
  if (cluster.provisioningState !== "succeeded") return undefined;
  const startTask = halfOver(cluster.setupLinksUntil, now, setupLinkLifetimeMs);
  const nodes = poolNodeCount(cluster);
  const empty = nodes === 0 && cluster.currentNodeCount === 0;
  // Batch takes no formula while it resizes.
  if (empty || cluster.allocationState !== "steady" || !halfOver(cluster.expiresAt, now, expiryMs))
    return startTask ? { startTask } : undefined;
  return { startTask, expiry: { nodes, at: new Date(now.getTime() + expiryMs).toISOString() } };
}

function halfOver(until: string | undefined, now: Date, lifetimeMs: number): boolean {
  return until === undefined || Date.parse(until) - now.getTime() < lifetimeMs / 2;
}

/** True when the pool has emptied itself, or has fewer nodes than it could, and should be asked again. */
export function wantsNodesAgain(cluster: ClusterDocument, now: Date): boolean {
  if (cluster.provisioningState !== "succeeded" || cluster.allocationState !== "steady") return false;
  if (cluster.expiresAt !== undefined && Date.parse(cluster.expiresAt) <= now.getTime()) return true;
  return cluster.quota !== undefined || cluster.currentNodeCount < poolNodeCount(cluster);
}
