// One look at a cluster: node counts and allocation go into its document (written only when they changed), and jobs
// whose tasks changed since the last look are told to look for themselves. Nothing that Batch did not say is concluded.
import type { OutputOf } from "../../contracts/contract.ts";
import type { Seen } from "../../contracts/cluster-activities.ts";
import { watchCluster as contract } from "../../contracts/cluster-activities.ts";
import { changed, instances } from "../../contracts/instances.ts";
import type { ClusterIdentity } from "../../contracts/refs.ts";
import { observeCluster } from "../../domain/cluster/rules.ts";
import type { ClusterObservation } from "../../domain/cluster/rules.ts";
import { autoScaled, poolNodeCount } from "../../domain/cluster/scale.ts";
import type { ClusterDocument } from "../../domain/cluster/schema.ts";
import { sameContent } from "../../domain/shared/same-content.ts";
import type { Priority } from "../../services/batch-names.ts";
import { batchJobId, jobOfTask, priorities } from "../../services/batch-names.ts";
import type { BatchTask } from "../../services/batch.ts";
import { timestamp } from "../../services/clock.ts";
import type { Services } from "../../services/services.ts";
import type { ActiveJob } from "../../services/state.ts";
import { defineActivity } from "../lib/define-activity.ts";
import { currentCluster, service, updateCluster } from "../lib/documents.ts";
import { observeNodes } from "./observe-nodes.ts";

export const watchCluster = defineActivity(
  contract,
  async (services, { cluster, seen }): Promise<OutputOf<typeof contract>> => {
    const document = await currentCluster(services, cluster);
    if (document === undefined || document.provisioningState === "deleting") return { kind: "gone" };
    const active = await services.state.activeJobs.list(cluster.guid);
    const [nodes, news] = await Promise.all([
      observeNodes(services, document),
      active.length === 0 ? { seen: {}, told: 0 } : tellJobs(services, cluster.guid, active, seen),
    ]);
    const noted = nodes === undefined ? undefined : await note(services, cluster, nodes.observation, active);
    const rescale =
      noted?.document?.spec.scaleSettings.autoScale !== undefined &&
      poolNodeCount(noted.document) !== nodes?.targetNodes;
    const settled = nodes?.settled === true && noted?.document?.autoScale?.surplusSinceMs === undefined;
    return {
      kind: "watched",
      seen: news.seen,
      changed: noted?.changed === true || news.told > 0 || rescale,
      idle: active.length === 0 && settled && !rescale,
      ...(rescale ? { rescale } : {}),
    };
  },
);

/** Takes what was seen of the nodes, and what auto scale makes of it, into the cluster's document. */
async function note(
  services: Services,
  cluster: ClusterIdentity,
  observation: ClusterObservation,
  active: readonly ActiveJob[],
): Promise<{ readonly document: ClusterDocument | undefined; readonly changed: boolean }> {
  const now = timestamp(services.clock);
  const runningNodes = observation.nodeStateCounts.runningNodeCount;
  const askedNodes = active.reduce((sum, { nodeCount }) => sum + nodeCount, 0);
  const load = { runningNodes, queuedNodes: Math.max(0, askedNodes - runningNodes) };
  let changed = false;
  const document = await updateCluster(
    services,
    cluster,
    (current) => {
      const observed = observeCluster(current, observation, new Date(now));
      const next = autoScaled(observed, load, new Date(now), services.settings.idleNodeGraceMs);
      changed = !sameContent(next, current);
      return changed ? next : current;
    },
    (before, after) =>
      before.allocationState === after.allocationState
        ? undefined
        : {
            time: now,
            actor: service,
            cause: "observed",
            from: before.allocationState,
            to: after.allocationState,
          },
  );
  return { document, changed };
}

/** Looks at the tasks of every priority that has unfinished jobs, since the last look or the first of those jobs. */
async function tellJobs(
  services: Services,
  clusterGuid: string,
  active: readonly ActiveJob[],
  seen: Readonly<Record<string, Seen>>,
): Promise<{ seen: Record<string, Seen>; told: number }> {
  const unfinished = new Set(active.map(({ jobGuid }) => jobGuid));
  const next: Record<string, Seen> = {};
  const told = new Set<string>();
  const look = async (priority: Priority) => {
    const [first] = active.flatMap((job) => (job.priority === priority ? [job.since] : [])).sort();
    if (first === undefined) return;
    const before = seen[priority] ?? { upTo: first, keys: [] };
    const tasks = await services.batch.changedTasks(batchJobId(clusterGuid, priority), before.upTo);
    const { fresh, seen: after } = freshTasks(tasks ?? [], before);
    next[priority] = after;
    for (const task of fresh) {
      const jobGuid = jobOfTask(task.id)?.jobGuid;
      if (jobGuid !== undefined && unfinished.has(jobGuid)) told.add(jobGuid);
    }
  };
  await Promise.all(priorities.map(look));
  await Promise.all(
    [...told].map((jobGuid) => services.orchestrations.raise(instances.runJob(jobGuid), changed, {})),
  );
  return { seen: next, told: told.size };
}

/**
 * The transitions not seen before, and the new mark. Times are cut to milliseconds, and what happened within the last of
 * them is remembered, because the next look asks from there on, inclusively.
 */
export function freshTasks(
  tasks: readonly BatchTask[],
  before: Seen,
): { readonly fresh: readonly BatchTask[]; readonly seen: Seen } {
  const known = new Set(before.keys);
  const fresh = tasks.filter((task) => !known.has(keyOf(task)));
  const upToMs = Math.max(
    Date.parse(before.upTo),
    ...fresh.map(({ stateTransitionTime }) => Date.parse(stateTransitionTime)),
  );
  const upTo = new Date(upToMs).toISOString();
  const keys = [...tasks.filter((task) => Date.parse(task.stateTransitionTime) >= upToMs).map(keyOf)];
  return { fresh, seen: { upTo, keys } };
}

function keyOf(task: BatchTask): string {
  return `${task.id}@${task.stateTransitionTime}@${task.state}`;
}
