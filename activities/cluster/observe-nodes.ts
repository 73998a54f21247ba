// What Batch says of a cluster's pool, in the words of a Batch AI cluster.
import { imageNotices } from "../../domain/cluster/images.ts";
import { resizeError } from "../../domain/cluster/resize-errors.ts";
import type { ClusterObservation } from "../../domain/cluster/rules.ts";
import type { ClusterDocument } from "../../domain/cluster/schema.ts";
import { sizeNotices } from "../../domain/cluster/vm-life.ts";
import { poolId } from "../../services/batch-names.ts";
import type { NodeCounts } from "../../services/batch.ts";
import type { Services } from "../../services/services.ts";
import { nodeErrors } from "./node-errors.ts";

/** `undefined` when Batch knows no such pool (yet). */
export async function observeNodes(
  services: Services,
  cluster: ClusterDocument,
): Promise<
  | { readonly observation: ClusterObservation; readonly settled: boolean; readonly targetNodes: number }
  | undefined
> {
  const pool = poolId(cluster.guid);
  const [state, counts] = await Promise.all([services.batch.pool(pool), services.batch.nodeCounts(pool)]);
  if (state === undefined || counts === undefined) return undefined;
  const now = new Date(services.clock.now());
  const { imageReference, vmSize } = cluster.spec;
  return {
    observation: {
      allocationState: state.allocationState === "steady" ? "steady" : "resizing",
      currentNodeCount: state.currentNodes,
      nodeStateCounts: stateCounts(counts),
      errors: [
        ...imageNotices(imageReference, vmSize, services.settings.nodeImage, now),
        ...sizeNotices(vmSize, now),
        ...(cluster.quota === undefined ? [] : [cluster.quota.error]),
        ...state.resizeErrors.map(resizeError),
        ...(counts.unusable + counts.startTaskFailed === 0 ? [] : await nodeErrors(services, cluster)),
      ],
    },
    targetNodes: state.targetNodes,
    settled: state.allocationState === "steady" && moving(counts) === 0,
  };
}

export function stateCounts(counts: NodeCounts): ClusterObservation["nodeStateCounts"] {
  return {
    idleNodeCount: counts.idle,
    runningNodeCount: counts.running,
    preparingNodeCount: preparing(counts),
    unusableNodeCount: counts.unusable + counts.startTaskFailed + counts.unknown + counts.offline,
    leavingNodeCount: counts.leavingPool + counts.preempted,
  };
}

function preparing(counts: NodeCounts): number {
  return counts.creating + counts.starting + counts.waitingForStartTask + counts.rebooting + counts.reimaging;
}

/** Nodes whose state will change by itself. */
function moving(counts: NodeCounts): number {
  return preparing(counts) + counts.leavingPool + counts.preempted + counts.running;
}
