// The monitor of a cluster, from the side of those who have work or nodes for it.
import { instances } from "../contracts/instances.ts";
import { monitorClusterOrchestration } from "../contracts/orchestrations.ts";
import type { ClusterIdentity } from "../contracts/refs.ts";
import type { JobDocument } from "../domain/job/schema.ts";
import { parseClusterId } from "../domain/shared/resource-id.ts";
import type { Services } from "../services/services.ts";
import { startOrWake } from "./orchestrations.ts";

export function clusterOfJob(job: JobDocument): ClusterIdentity {
  return { ref: parseClusterId(job.spec.cluster.id), guid: job.clusterGuid };
}

/** Nodes of the cluster became free, or work for them came. */
export async function wakeMonitor(services: Services, cluster: ClusterIdentity): Promise<void> {
  const { monitorMinIntervalMs: minIntervalMs, monitorMaxIntervalMs: maxIntervalMs } = services.settings;
  const input = { cluster, minIntervalMs, maxIntervalMs, seen: {} };
  await startOrWake(services, monitorClusterOrchestration, instances.monitor(cluster.guid), input);
}
