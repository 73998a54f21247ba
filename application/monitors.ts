// The monitor of a cluster, from the side of those who have work or nodes for it.
import { changed } from "../contracts/instances.ts";
import type { ClusterIdentity } from "../contracts/refs.ts";
import { monitorStart } from "../contracts/starts.ts";
import type { JobDocument } from "../domain/job/schema.ts";
import { parseClusterId } from "../domain/shared/resource-id.ts";
import { startOrWake } from "../services/orchestrations.ts";
import type { Services } from "../services/services.ts";

export function clusterOfJob(job: JobDocument): ClusterIdentity {
  return { ref: parseClusterId(job.spec.cluster.id), guid: job.clusterGuid };
}

/** Nodes of the cluster became free, or work for them came. */
export async function wakeMonitor(services: Services, cluster: ClusterIdentity): Promise<void> {
  await startOrWake(services, monitorStart(cluster, services.settings), changed);
}
