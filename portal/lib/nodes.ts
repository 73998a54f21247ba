// The nodes of a cluster by what they do.
import type { NodeStateCounts } from "../../domain/cluster/schema.ts";

export interface NodesInState {
  readonly state: "running" | "idle" | "preparing" | "leaving" | "unusable";
  readonly count: number;
}

export function nodeStates(counts: NodeStateCounts): readonly NodesInState[] {
  return [
    { state: "running", count: counts.runningNodeCount },
    { state: "idle", count: counts.idleNodeCount },
    { state: "preparing", count: counts.preparingNodeCount },
    { state: "leaving", count: counts.leavingNodeCount },
    { state: "unusable", count: counts.unusableNodeCount },
  ];
}
