// A cluster that a trigger made for its jobs: it goes when nothing has been there for it to do for a while. A cluster that a person made has
// no such mark, whatever its name. Pure; the caller looks, and writes.
import { z } from "zod";
import { timestamp } from "../shared/brand.ts";
import { parseDuration } from "../shared/duration.ts";
import type { ClusterDocument } from "./schema.ts";

export const OnDemand = z.object({
  /** Id of the trigger that made it. */
  trigger: z.string(),
  deleteWhenIdleFor: z.string(),
  /** Since when nobody saw a job that waits or runs; absent where one was seen last, or is about to be made. */
  idleSince: z.string().optional(),
});
export type OnDemand = z.infer<typeof OnDemand>;

/** A job is about to be made for it. */
export function wantedCluster(cluster: ClusterDocument): ClusterDocument {
  if (cluster.onDemand?.idleSince === undefined) return cluster;
  const { idleSince: _, ...onDemand } = cluster.onDemand;
  return { ...cluster, onDemand };
}

/** After a look that found jobs, or none. */
export function lookedAtCluster(cluster: ClusterDocument, hasJobs: boolean, now: Date): ClusterDocument {
  if (hasJobs) return wantedCluster(cluster);
  if (cluster.onDemand === undefined || cluster.onDemand.idleSince !== undefined) return cluster;
  return { ...cluster, onDemand: { ...cluster.onDemand, idleSince: timestamp(now) } };
}

export function isIdleLongEnough({ onDemand, provisioningState }: ClusterDocument, now: Date): boolean {
  if (onDemand?.idleSince === undefined) return false;
  if (provisioningState !== "succeeded" && provisioningState !== "failed") return false;
  const idleMs = now.getTime() - Date.parse(onDemand.idleSince);
  return idleMs >= (parseDuration(onDemand.deleteWhenIdleFor) ?? Number.POSITIVE_INFINITY);
}
