// Gives free nodes to waiting jobs. Batch is handed only what can start at once, so that the order, the gangs and the
// backfill are the service's own (domain/job/queue.ts), no link to a staged file grows old, and a look costs the same
// however many jobs wait.
import { changed } from "../../contracts/instances.ts";
import type { RunNews } from "../../contracts/job-activities.ts";
import { runStart } from "../../contracts/starts.ts";
import type { Start } from "../../contracts/starts.ts";
import { hopelessError } from "../../domain/cluster/resize-errors.ts";
import { poolNodeCount } from "../../domain/cluster/scale.ts";
import type { ClusterDocument } from "../../domain/cluster/schema.ts";
import { jobsToStart } from "../../domain/job/queue.ts";
import type { Room } from "../../domain/job/queue.ts";
import type { ActiveJob, ActiveRun } from "../../services/active-jobs.ts";
import { timestamp } from "../../services/clock.ts";
import { startOrTell } from "../../services/orchestrations.ts";
import type { Services } from "../../services/services.ts";
import { runTimes } from "../../services/settings.ts";

export interface ClusterWork {
  readonly cluster: ClusterDocument;
  /** Nodes may still come, up to the target. */
  readonly growing: boolean;
  readonly waiting: readonly ActiveJob[];
  readonly holding: readonly ActiveRun[];
}

/** @returns how many jobs were handed over. */
export async function handOverJobs(services: Services, work: ClusterWork): Promise<number> {
  if (work.waiting.length === 0) return 0;
  const chosen = jobsToStart(work.waiting, roomOf(work));
  if (chosen.length === 0) return 0;
  const at = timestamp(services.clock);
  const handedOver = await services.state.activeJobs.handOver(work.cluster.guid, chosen, at);
  await Promise.all(
    handedOver.map((job) =>
      startOrTell(services.orchestrations, startOf(services, job), changed, newsOf(job)),
    ),
  );
  return handedOver.length;
}

/** Sees that every run that was handed over is being looked after. */
export async function ensureRuns(services: Services, runs: readonly ActiveRun[]): Promise<void> {
  await Promise.all(
    runs.map(async (run) => {
      const { name, instanceId, input } = startOf(services, run);
      if ((await services.orchestrations.status(instanceId)) !== "active")
        await services.orchestrations.start(name, instanceId, input);
    }),
  );
}

/** The first of the jobs that wait for nodes that can never come are told to look: they end, and say why. */
export async function tellHopeless(
  services: Services,
  cluster: ClusterDocument,
  waiting: readonly ActiveJob[],
): Promise<void> {
  if (cluster.currentNodeCount > 0 || hopelessError(cluster.errors) === undefined) return;
  await Promise.all(
    waiting.map(({ ref, jobGuid: guid }) =>
      startOrTell(services.orchestrations, runStart({ ref, guid }, runTimes(services.settings)), changed),
    ),
  );
}

const newsOf = ({ attempt }: ActiveJob): RunNews => ({ kind: "nodesFree", attempt });

function startOf(services: Services, job: ActiveJob): Start {
  return runStart({ ref: job.ref, guid: job.jobGuid }, runTimes(services.settings), newsOf(job));
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
