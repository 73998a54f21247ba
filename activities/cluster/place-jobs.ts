// Asks the spot policies of a cluster's jobs where they should be: one that waits goes into the queue of the other cluster, one that runs is
// ended as by an announced eviction first. What cannot be told, because a cluster does not answer or is not there, moves no job.
import { wakeRun } from "../../application/runs.ts";
import { service } from "../../application/caller.ts";
import type { ClusterIdentity } from "../../contracts/refs.ts";
import { movingJob, placeOf, wantedPlace } from "../../domain/job/spot/placement.ts";
import { parseClusterId } from "../../domain/shared/resource-id.ts";
import type { JobDocument } from "../../domain/job/schema.ts";
import type { ActiveJob, ActiveRun } from "../../services/active-jobs.ts";
import { timestamp } from "../../services/clock.ts";
import type { Services } from "../../services/services.ts";
import { currentJob, updateJob } from "../lib/documents.ts";
import { finishMove, moveJob } from "../job/move-job.ts";

interface PlacedWork {
  readonly waiting: readonly ActiveJob[];
  readonly holding: readonly ActiveRun[];
  /** Nodes of the cluster that nobody holds. */
  readonly free: number;
}

/** @returns those that wait here for nodes. One whose policy cannot be asked just now gets none, and holds up no other. */
export async function placeJobs(
  services: Services,
  cluster: ClusterIdentity,
  { waiting, holding, free }: PlacedWork,
): Promise<readonly ActiveJob[]> {
  const gone = new Set<string>();
  for (const row of waiting) {
    if (row.policyChecks === undefined) continue;
    const stays = await guarded(services, row, () => staysHere(services, cluster, row, free));
    if (stays !== true) gone.add(row.jobGuid);
  }
  for (const run of holding)
    if (run.policyChecks === "always" && run.phase === "holding")
      await guarded(services, run, () => moveWhereWanted(services, run));
  return gone.size === 0 ? waiting : waiting.filter(({ jobGuid }) => !gone.has(jobGuid));
}

/** The next poll asks again. */
async function guarded<Result>(
  { logger }: Services,
  { jobGuid }: ActiveJob,
  ask: () => Promise<Result>,
): Promise<Result | undefined> {
  try {
    return await ask();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    logger.warn("job.notPlaced", { job: jobGuid, reason });
    return undefined;
  }
}

async function staysHere(
  services: Services,
  cluster: ClusterIdentity,
  row: ActiveJob,
  free: number,
): Promise<boolean> {
  const job = await currentJob(services, { ref: row.ref, guid: row.jobGuid });
  if (job === undefined) return true;
  if (job.clusterGuid !== cluster.guid) {
    await finishMove(services, cluster.guid, row, job);
    return false;
  }
  const place = placeOf(job);
  const spotFree = place === "spot" ? free >= row.nodeCount : await hasFreeSpotNodes(services, job);
  const wanted = wantedPlace(job, new Date(services.clock.now()), spotFree);
  return wanted === place || !(await moveJob(services, row, job, wanted));
}

async function moveWhereWanted(services: Services, run: ActiveRun): Promise<void> {
  const job = await currentJob(services, { ref: run.ref, guid: run.jobGuid });
  if (job?.executionState !== "running") return;
  const place = placeOf(job);
  const now = new Date(services.clock.now());
  const spotFree = place === "spot" || (await hasFreeSpotNodes(services, job));
  if (wantedPlace(job, now, spotFree) === place) return;
  const identity = { ref: run.ref, guid: run.jobGuid };
  const cause =
    place === "spot" ? "its deadline needs dedicated nodes from now on" : "there are spot nodes for it again";
  const marked = await updateJob(
    services,
    identity,
    (current) => movingJob(current, run.attempt, now),
    () => ({ time: timestamp(services.clock), actor: service, cause, link: job.spec.cluster.id }),
  );
  if (marked?.rehearsal?.attempt === run.attempt) await wakeRun(services, identity);
}

/** As its own monitor saw them last. */
async function hasFreeSpotNodes({ state }: Services, { spec }: JobDocument): Promise<boolean> {
  const home = await state.clusters.get(parseClusterId(spec.cluster.id));
  return home?.provisioningState === "succeeded" && home.nodeStateCounts.idleNodeCount >= spec.nodeCount;
}
