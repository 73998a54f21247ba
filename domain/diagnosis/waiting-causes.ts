// Why a job waits in the queue, the strongest reason first.
import { priorities } from "../job/priorities.ts";
import { clusterCauses } from "./cluster-causes.ts";
import { stateSince } from "./facts.ts";
import type { Cause, ClusterFacts, Facts, NeighbourFacts } from "./facts.ts";

/** A job starts within seconds of its nodes' being free; what waits longer waits for something else. */
const usualStartMs = 60_000;

export function waitingCauses(facts: Facts): Cause[] {
  const { cluster, clusterName } = facts;
  if (cluster === undefined)
    return [
      {
        code: "ClusterNotFound",
        says: `There is no cluster '${clusterName}' any more`,
        because: "the service answers ClusterNotFound",
        remedy: "Create it again, or submit the job to another cluster.",
      },
    ];
  const size = tooSmall(facts, cluster);
  const ofCluster = clusterCauses(clusterName, cluster);
  const found = [...ofCluster, ...size, ...again(facts), ...forNodes(facts, cluster)];
  return found.length > 0 ? found : [soon(facts)];
}

/** The most nodes that the cluster may have as it is set. */
function mostNodes({ scaleSettings }: ClusterFacts): number {
  return scaleSettings.autoScale?.maximumNodeCount ?? scaleSettings.manual?.targetNodeCount ?? 0;
}

function tooSmall({ job, clusterName }: Facts, cluster: ClusterFacts): Cause[] {
  const most = mostNodes(cluster);
  const { nodeCount } = job;
  if (nodeCount <= most) return [];
  const auto = cluster.scaleSettings.autoScale;
  const command =
    auto === undefined
      ? `cluster resize -n ${clusterName} -t ${nodeCount}`
      : `cluster auto-scale -n ${clusterName} --min ${auto.minimumNodeCount} --max ${nodeCount}`;
  const setting = auto === undefined ? "manual.targetNodeCount" : "autoScale.maximumNodeCount";
  const because = `nodeCount is ${nodeCount}, scaleSettings.${setting} is ${most}`;
  if (most === 0)
    return [
      {
        code: "ClusterHasNoNodes",
        says: `The cluster '${clusterName}' is set to have no nodes`,
        because,
        remedy: "Give it nodes.",
        command,
      },
    ];
  return [
    {
      code: "JobLargerThanCluster",
      says: `The job wants ${nodeCount} nodes; the cluster '${clusterName}' may have ${most}`,
      because,
      remedy: "Enlarge the cluster, or submit the job for fewer nodes.",
      command,
    },
  ];
}

/** It ran already and is to run again. */
function again({ job, changes, cluster }: Facts): Cause[] {
  const back = changes.findLast(
    ({ state, from, to }) => state === "executionState" && from === "running" && to === "queued",
  );
  if (back === undefined) return [];
  const times = changes.filter(({ from, to }) => from === "running" && to === "queued").length;
  return [
    {
      code: "RunAgain",
      says:
        times === 1
          ? `The job ran already, and waits to run again: ${back.cause}`
          : `The job ran ${times} times already, and waits to run again: ${back.cause}`,
      because: `event of ${back.time}: running → queued`,
      ...(cluster?.vmPriority === "lowpriority"
        ? {
            remedy:
              "Low-priority nodes may be taken away at any time; take dedicated ones where that costs too much.",
          }
        : job.nodeCount > 1
          ? { remedy: "Look at the cluster's errors: a node was lost." }
          : {}),
    },
  ];
}

function forNodes(facts: Facts, cluster: ClusterFacts): Cause[] {
  const { job, clusterName, neighbours } = facts;
  const {
    idleNodeCount: idle,
    preparingNodeCount: preparing,
    unusableNodeCount: unusable,
  } = cluster.nodeStateCounts;
  const { leavingNodeCount: leaving } = cluster.nodeStateCounts;
  const causes: Cause[] = [];
  const before = ahead(facts);
  const [first] = before;
  const missing = job.nodeCount - idle;
  if (first !== undefined) causes.push(behind(facts, first, before.length));
  if (missing <= 0) return causes;
  const running = neighbours.filter(({ executionState }) => executionState !== "queued");
  const held = running.reduce((sum, { nodeCount }) => sum + nodeCount, 0);
  if (preparing > 0)
    causes.push({
      code: "NodesPreparing",
      says: `${preparing} ${preparing === 1 ? "node is" : "nodes are"} being prepared: starting, running the setup task, mounting`,
      because: `nodeStateCounts.preparingNodeCount is ${preparing}`,
    });
  if (cluster.allocationState === "resizing")
    causes.push({
      code: "NodesComing",
      says: `The cluster '${clusterName}' is getting its nodes`,
      because: stateSince("allocationState", "resizing", String(cluster.allocationStateTransitionTime)),
    });
  if (held > 0 && held + job.nodeCount > mostNodes(cluster))
    causes.push({
      code: "NodesTaken",
      says: `Other jobs hold ${held} of at most ${mostNodes(cluster)} nodes: ${running.map(({ name }) => name).join(", ")}`,
      because: `${running.length} running ${running.length === 1 ? "job" : "jobs"} of the cluster`,
      remedy: "Wait for their end, or let the cluster have more nodes.",
      command: `cluster show -n ${clusterName}`,
    });
  if (unusable > 0)
    causes.push({
      code: "NodesUnusable",
      says: `${unusable} ${unusable === 1 ? "node is" : "nodes are"} of no use`,
      because: `nodeStateCounts.unusableNodeCount is ${unusable}`,
      remedy: "Resize the cluster to none and back, to get others.",
      command: `cluster resize -n ${clusterName} -t 0`,
    });
  if (leaving > 0)
    causes.push({
      code: "NodesLeaving",
      says: `${leaving} ${leaving === 1 ? "node is" : "nodes are"} on the way out`,
      because: `nodeStateCounts.leavingNodeCount is ${leaving}`,
    });
  if (causes.length === 0) causes.push(scaling(facts, cluster, missing));
  return causes;
}

/** Those that are served before it: of a higher priority, or as high and older. */
function ahead({ job, neighbours, creationTime }: Facts): readonly NeighbourFacts[] {
  const rank = priorities.indexOf(job.schedulingPriority);
  return neighbours
    .filter(({ executionState }) => executionState === "queued")
    .filter((other) => {
      const otherRank = priorities.indexOf(other.schedulingPriority);
      return (
        otherRank > rank || (otherRank === rank && Date.parse(other.creationTime) < Date.parse(creationTime))
      );
    })
    .sort(
      (a, b) =>
        priorities.indexOf(b.schedulingPriority) - priorities.indexOf(a.schedulingPriority) ||
        Date.parse(a.creationTime) - Date.parse(b.creationTime),
    );
}

function behind({ job, name }: Facts, first: NeighbourFacts, count: number): Cause {
  const others = count === 1 ? "" : ` and ${count - 1} more`;
  const isHigher = first.schedulingPriority !== job.schedulingPriority;
  return {
    code: isHigher ? "HigherPriorityAhead" : "OlderJobAhead",
    says: `The job '${first.name}'${others} stands before it and waits for ${first.nodeCount} ${first.nodeCount === 1 ? "node" : "nodes"}`,
    because: isHigher
      ? `'${first.name}' has schedulingPriority ${first.schedulingPriority}, '${name}' has ${job.schedulingPriority}`
      : `'${first.name}' is queued since before '${name}'`,
    remedy: "Wait, submit it again with a higher schedulingPriority, or use another cluster.",
  };
}

function scaling({ clusterName, job }: Facts, cluster: ClusterFacts, missing: number): Cause {
  const because = `${cluster.nodeStateCounts.idleNodeCount} of ${job.nodeCount} nodes are idle, ${cluster.currentNodeCount} there`;
  if (cluster.scaleSettings.autoScale !== undefined)
    return {
      code: "ScalingUp",
      says: `The cluster '${clusterName}' is about to grow by ${missing} ${missing === 1 ? "node" : "nodes"}`,
      because,
    };
  return {
    code: "NodesMissing",
    says: `The cluster '${clusterName}' has not all of its nodes`,
    because,
    remedy: "If that lasts, resize it to the same number: it then asks for them again.",
    command: `cluster resize -n ${clusterName} -t ${cluster.scaleSettings.manual?.targetNodeCount ?? job.nodeCount}`,
  };
}

function soon({ job, now }: Facts): Cause {
  const since = String(job.executionStateTransitionTime);
  const because = stateSince("executionState", "queued", since);
  if (now.getTime() - Date.parse(since) <= usualStartMs)
    return { code: "AboutToStart", says: "Its nodes are free; it is about to start", because };
  return {
    code: "NotStarted",
    says: "Its nodes are free, and nothing stands before it",
    because,
    remedy: "Submit it again; if that does not start either, look at the service's log.",
  };
}
