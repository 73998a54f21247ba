// The monitor of a cluster, from the side of those who have work or nodes for it.
import { instances } from "../contracts/instances.ts";
import { monitorClusterOrchestration } from "../contracts/orchestrations.ts";
import type { ClusterIdentity } from "../contracts/refs.ts";
import type { JobDocument } from "../domain/job/schema.ts";
import { clusterOf } from "../domain/job/spot/placement.ts";
import type { Orchestrations } from "../services/orchestrations.ts";
import type { Services } from "../services/services.ts";
import { sharedCalls } from "../services/shared-calls.ts";
import { startOrWake } from "./orchestrations.ts";

export function clusterOfJob(job: JobDocument): ClusterIdentity {
  return { ref: clusterOf(job), guid: job.clusterGuid };
}

const wakesOf = new WeakMap<Orchestrations, ReturnType<typeof sharedCalls<void>>>();

/** Nodes of the cluster became free, or work for them came. Many that come at once wake it together. */
export async function wakeMonitor(services: Services, cluster: ClusterIdentity): Promise<void> {
  const { orchestrations, settings } = services;
  const { monitorMinIntervalMs: minIntervalMs, monitorMaxIntervalMs: maxIntervalMs } = settings;
  const wakes = wakesOf.get(orchestrations) ?? sharedCalls<void>();
  wakesOf.set(orchestrations, wakes);
  const input = { cluster, minIntervalMs, maxIntervalMs, seen: {} };
  const instance = instances.monitor(cluster.guid);
  await wakes(instance, () => startOrWake(services, monitorClusterOrchestration, instance, input));
}
