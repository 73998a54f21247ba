// The queue of each cluster as it is served: by priority, then by age; and what the first of each waits for. A smaller job behind may overtake where
// it holds nobody up.
import type { ClusterResponse } from "../../domain/cluster/wire.ts";
import type { JobRow } from "./jobs.ts";
import { t } from "../texts/texts.ts";

const priorities = ["high", "normal", "low"];

export interface Waiting {
  readonly job: JobRow;
  /** From 1, within its cluster. */
  readonly position: number;
  readonly reason: string;
}

export interface ClusterQueue {
  readonly cluster: string;
  readonly waiting: readonly Waiting[];
}

export function queuesOf(
  jobs: readonly JobRow[],
  clusters: readonly ClusterResponse[],
): readonly ClusterQueue[] {
  const queued = jobs.filter(({ state, isDeleting }) => state === "queued" && !isDeleting);
  const names = [...new Set(queued.map(({ cluster }) => cluster))].sort();
  return names.map((name) => {
    const cluster = clusters.find((each) => each.name.toLowerCase() === name.toLowerCase());
    const inOrder = queued.filter((job) => job.cluster === name).toSorted(before);
    return {
      cluster: name,
      waiting: inOrder.map((job, index) => ({
        job,
        position: index + 1,
        reason: index === 0 ? firstReason(job, cluster) : laterReason(cluster, index),
      })),
    };
  });
}

function before(a: JobRow, b: JobRow): number {
  const rank = priorities.indexOf(a.priority) - priorities.indexOf(b.priority);
  return rank !== 0 ? rank : a.created < b.created ? -1 : a.created > b.created ? 1 : 0;
}

function firstReason(job: JobRow, cluster: ClusterResponse | undefined): string {
  if (cluster === undefined) return t.queue.reasons.clusterGone;
  const { scaleSettings, nodeStateCounts, allocationState } = cluster.properties;
  const { manual, autoScale } = scaleSettings;
  const most = autoScale?.maximumNodeCount ?? manual?.targetNodeCount ?? 0;
  if (job.nodes > most) return t.queue.reasons.tooWide(t.counts.nodes(job.nodes), most);
  const idle = nodeStateCounts.idleNodeCount;
  if (idle >= job.nodes) return t.queue.reasons.startsNow;
  const isGrowing = allocationState === "resizing" || nodeStateCounts.preparingNodeCount > 0;
  const reason = isGrowing ? t.queue.reasons.nodesComing : t.queue.reasons.nodesBusy;
  return reason(t.counts.nodes(job.nodes), idle);
}

function laterReason(cluster: ClusterResponse | undefined, ahead: number): string {
  if (cluster === undefined) return t.queue.reasons.clusterGone;
  return t.queue.reasons.ahead(t.counts.jobs(ahead));
}
