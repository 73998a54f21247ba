// Gives free nodes to waiting jobs. Batch is given only what can start at once, so that the order, the gangs and the
// backfill are the service's own (domain/job/queue.ts), no link to a staged file grows old, and a poll costs the same
// however many jobs wait. Batch's counts of nodes may be late: a run that was given a node that is gone is taken back when nothing
// is heard of it (poll-tasks.ts), one that could have had a node gets it with the next count.
import { wakeRuns } from "../../application/runs.ts";
import { unschedulableError } from "../../domain/cluster/resize-errors.ts";
import { poolNodeCount } from "../../domain/cluster/scale.ts";
import type { ClusterDocument } from "../../domain/cluster/schema.ts";
import { jobsToStart } from "../../domain/job/queue.ts";
import type { Room } from "../../domain/job/queue.ts";
import type { ActiveJob, ActiveRun } from "../../services/active-jobs.ts";
import { timestamp } from "../../services/clock.ts";
import type { Services } from "../../services/services.ts";
import { submitRuns } from "./submit-runs.ts";

export interface ClusterWork {
  readonly cluster: ClusterDocument;
  /** Nodes may still come, up to the target. */
  readonly growing: boolean;
  readonly waiting: readonly ActiveJob[];
  readonly holding: readonly ActiveRun[];
}

/** @returns how many jobs were dispatched. */
export async function dispatchJobs(services: Services, work: ClusterWork): Promise<number> {
  if (work.waiting.length === 0) return 0;
  const chosen = jobsToStart(work.waiting, roomOf(work));
  if (chosen.length === 0) return 0;
  const at = timestamp(services.clock);
  const dispatched = await services.state.activeJobs.dispatch(work.cluster.guid, chosen, at);
  await submitRuns(services, work.cluster.guid, dispatched);
  return dispatched.length;
}

/** The first of the jobs that wait for nodes that can never come are woken: they end, and say why. */
export async function endUnschedulable(
  services: Services,
  cluster: ClusterDocument,
  waiting: readonly ActiveJob[],
): Promise<void> {
  if (cluster.currentNodeCount > 0 || unschedulableError(cluster.errors) === undefined) return;
  await wakeRuns(services, waiting);
}

function roomOf({ cluster, growing, holding }: ClusterWork): Room {
  const counts = cluster.nodeStateCounts;
  const target = poolNodeCount(cluster);
  const usable = counts.idleNodeCount + counts.runningNodeCount;
  const held = holding.map(({ nodeCount }) => nodeCount);
  const taken = held.reduce((sum, nodes) => sum + nodes, 0);
  const missing = Math.max(0, target - usable);
  const coming = growing ? missing : Math.min(missing, counts.preparingNodeCount);
  return {
    // Not more than the target, so that nodes that are to go are not given away first.
    free: Math.min(usable, target) - taken,
    held,
    coming,
    most: Math.max(Math.min(usable, target) + coming, taken),
  };
}
