// Auto scale at one look: asks the domain's rule what to do with the nodes there are and the work there is, and asks Batch
// for it. Shrinking never ends a job: Batch takes idle nodes only.
import type { NodeObservation } from "./observe-nodes.ts";
import { nextScaleStep, wantedNodes } from "../../domain/cluster/scale.ts";
import type { ClusterDocument } from "../../domain/cluster/schema.ts";
import { poolId } from "../../services/batch-names.ts";
import type { Services } from "../../services/services.ts";
import type { ActiveJob } from "../../services/state.ts";

export interface Scaled {
  /** Since when there are more nodes than wanted, in epoch milliseconds. */
  readonly surplusSinceMs?: number | undefined;
  /** The pool is as large as the rule wants it to be, and not larger for a while only. */
  readonly settled: boolean;
}

export async function scaleCluster(
  services: Services,
  cluster: ClusterDocument,
  nodes: NodeObservation,
  active: readonly ActiveJob[],
  surplusSinceMs: number | undefined,
): Promise<Scaled> {
  const { autoScale } = cluster.spec.scaleSettings;
  if (autoScale === undefined) return { settled: true };
  const asked = active.reduce((sum, { nodeCount }) => sum + nodeCount, 0);
  const runningNodes = Math.min(nodes.observation.nodeStateCounts.runningNodeCount, asked);
  const load = { runningNodes, queuedNodes: asked - runningNodes };
  const now = new Date(services.clock.now());
  const before = { target: nodes.targetNodes, surplusSinceMs };
  const step = nextScaleStep(autoScale, load, before, now, services.settings.autoScaleIdleMs);
  if (step.kind === "stay")
    return {
      surplusSinceMs: step.state.surplusSinceMs,
      settled: wantedNodes(autoScale, load) === nodes.targetNodes,
    };
  const answer = await services.pools.resize(poolId(cluster.guid), {
    nodes: step.nodes,
    lowPriority: cluster.spec.vmPriority === "lowpriority",
    deallocation: "waitforjobcompletion",
  });
  const accepted = answer === "accepted";
  services.logger.info("cluster.scaled", { cluster: cluster.guid, nodes: step.nodes, accepted });
  return { surplusSinceMs: accepted ? undefined : surplusSinceMs, settled: false };
}
