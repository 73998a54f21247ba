// Why a cluster has not the nodes that it is set to have, or has them and runs nothing: the reasons in order. Always at least one.
import { clusterCauses } from "./cluster-causes.ts";
import { stateSince } from "./facts.ts";
import type { Cause, ClusterFacts } from "./facts.ts";

export function diagnoseCluster(name: string, cluster: ClusterFacts): readonly Cause[] {
  const causes = [...clusterCauses(name, cluster), ...ofNodes(name, cluster)];
  return causes.length > 0 ? causes : [ready(name, cluster)];
}

function ofNodes(name: string, cluster: ClusterFacts): Cause[] {
  const { nodeStateCounts: counts, allocationState, allocationStateTransitionTime, errors = [] } = cluster;
  const causes: Cause[] = [];
  if (
    counts.unusableNodeCount > 0 &&
    !errors.some(({ code }) => /^(?:Node(?:SetupFailed|Unusable)|MountConfigurationError)$/.test(code))
  )
    causes.push({
      code: "NodesUnusable",
      says: `${nodes(counts.unusableNodeCount)} of no use`,
      because: `nodeStateCounts.unusableNodeCount is ${counts.unusableNodeCount}`,
      remedy: "Resize the cluster to none and back, to get others.",
      command: `cluster resize -n ${name} -t 0`,
    });
  if (allocationState === "resizing")
    causes.push({
      code: "ClusterResizing",
      says: `The cluster '${name}' is being given other nodes: ${nodes(cluster.currentNodeCount)} there, ${wanted(cluster)}`,
      because: stateSince("allocationState", allocationState, String(allocationStateTransitionTime)),
    });
  if (counts.preparingNodeCount > 0)
    causes.push({
      code: "NodesPreparing",
      says: `${nodes(counts.preparingNodeCount)} being prepared: starting, running the setup task, mounting`,
      because: `nodeStateCounts.preparingNodeCount is ${counts.preparingNodeCount}`,
    });
  if (counts.leavingNodeCount > 0)
    causes.push({
      code: "NodesLeaving",
      says: `${nodes(counts.leavingNodeCount)} on the way out`,
      because: `nodeStateCounts.leavingNodeCount is ${counts.leavingNodeCount}`,
    });
  return causes;
}

function ready(name: string, cluster: ClusterFacts): Cause {
  const { autoScale, manual } = cluster.scaleSettings;
  const { idleNodeCount: idle, runningNodeCount: running } = cluster.nodeStateCounts;
  const because = `allocationState is steady, ${nodes(cluster.currentNodeCount)} there: ${idle} idle, ${running} running`;
  const missing = (manual?.targetNodeCount ?? autoScale?.minimumNodeCount ?? 0) - cluster.currentNodeCount;
  if (missing > 0)
    return {
      code: "NodesMissing",
      says: `The cluster '${name}' has ${cluster.currentNodeCount} of its nodes; ${wanted(cluster)}`,
      because,
      remedy: "If that lasts, set its scale once more: it then asks for them again.",
      ...(manual === undefined ? {} : { command: `cluster resize -n ${name} -t ${manual.targetNodeCount}` }),
    };
  if (manual?.targetNodeCount === 0 || autoScale?.maximumNodeCount === 0)
    return {
      code: "ClusterHasNoNodes",
      says: `The cluster '${name}' is set to have no nodes`,
      because,
      remedy: "Give it nodes.",
      command: `cluster resize -n ${name} -t 1`,
    };
  if (autoScale !== undefined && cluster.currentNodeCount === 0)
    return {
      code: "ClusterScaledToNone",
      says: `The cluster '${name}' has no nodes, because no job wants one; it may grow to ${autoScale.maximumNodeCount}`,
      because,
    };
  return {
    code: "ClusterReady",
    says: `The cluster '${name}' has the nodes that it is set to have`,
    because,
  };
}

function wanted({ scaleSettings: { autoScale, manual } }: ClusterFacts): string {
  return autoScale === undefined
    ? `it is set to ${manual?.targetNodeCount ?? 0}`
    : `it may have ${autoScale.minimumNodeCount} to ${autoScale.maximumNodeCount}`;
}

const nodes = (count: number) => (count === 1 ? "1 node is" : `${count} nodes are`);
