// What Batch says of a pool, in the words of a Batch AI cluster.
import type { ClusterObservation } from "../../domain/cluster/rules.ts";
import type { BatchAIError } from "../../domain/shared/batch-ai-error.ts";
import type { BatchNode, NodeCounts, PoolState } from "../../services/batch.ts";
import type { Services } from "../../services/services.ts";

/** At most so many bad nodes are told about one by one. */
const nodesToldAbout = 10;

/** `undefined` when Batch knows no such pool (yet). */
export async function observeNodes(
  services: Services,
  pool: string,
): Promise<
  | { readonly observation: ClusterObservation; readonly settled: boolean; readonly targetNodes: number }
  | undefined
> {
  const [state, counts] = await Promise.all([services.batch.pool(pool), services.batch.nodeCounts(pool)]);
  if (state === undefined || counts === undefined) return undefined;
  const bad = counts.unusable + counts.startTaskFailed;
  const nodes = bad === 0 ? [] : await services.batch.nodes(pool, ["unusable", "starttaskfailed"]);
  return {
    observation: {
      allocationState: state.allocationState === "steady" ? "steady" : "resizing",
      currentNodeCount: state.currentNodes,
      nodeStateCounts: stateCounts(counts),
      errors: [...resizeErrors(state), ...(nodes ?? []).slice(0, nodesToldAbout).map(nodeError)],
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

function resizeErrors(state: PoolState): readonly BatchAIError[] {
  return state.resizeErrors.map(({ code, message }) => ({ code, message }));
}

function nodeError(node: BatchNode): BatchAIError {
  const failure = node.startTaskFailure ?? node.errors[0];
  const details = [
    { name: "NodeId", value: node.id },
    ...Object.entries(failure?.details ?? {}).map(([name, value]) => ({ name, value })),
  ];
  return {
    code: failure?.code ?? "NodeUnusable",
    message: failure?.message ?? `A node is ${node.state}.`,
    details,
  };
}
