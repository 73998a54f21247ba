// What has become of the trials of a sweep: of their jobs, and of what these have written. A job that waits in the queue of its cluster
// is not read: one listing of the queue tells of all that wait.
import { isFinished } from "../../domain/job/machine.ts";
import { parseClusterId } from "../../domain/shared/resource-id.ts";
import type { SweepDocument } from "../../domain/sweep/schema.ts";
import { isOver } from "../../domain/sweep/trial.ts";
import type { Trial } from "../../domain/sweep/trial.ts";
import { jobRefOf, withJob, withoutJob } from "../../domain/sweep/trial-job.ts";
import type { Services } from "../../services/services.ts";
import { inLanes } from "../in-lanes.ts";
import { secretsOnce, withReports } from "./reports.ts";
import type { SecretsOf } from "./reports.ts";

export interface Observed {
  readonly trials: readonly Trial[];
  /** There is more to read than one poll takes. */
  readonly more: boolean;
}

export async function observe(
  services: Services,
  sweep: SweepDocument,
  trials: readonly Trial[],
): Promise<Observed> {
  const open = trials.filter((trial) => !isOver(trial));
  const waiting = await waitingJobs(services, sweep, open);
  const secretsOf = secretsOnce(services);
  const moved = open.filter(({ jobGuid }) => jobGuid === undefined || !waiting.has(jobGuid));
  const polled = await inLanes(moved, (trial) => observeTrial(services, sweep, trial, secretsOf));
  const byIndex = new Map(polled.map((each) => [each.trial.index, each.trial]));
  return {
    trials: trials.map((trial) => byIndex.get(trial.index) ?? trial),
    more: polled.some(({ more }) => more),
  };
}

/** GUIDs of jobs that nothing has happened to since their trials were seen to wait. */
async function waitingJobs(
  services: Services,
  { template }: SweepDocument,
  open: readonly Trial[],
): Promise<ReadonlySet<string>> {
  const queued = open.flatMap(({ state, jobGuid }) =>
    state === "queued" && jobGuid !== undefined ? [jobGuid] : [],
  );
  // What the listing costs.
  if (queued.length <= 2) return new Set();
  const { id } = (template["cluster"] ?? {}) as { readonly id?: string };
  const cluster = id === undefined ? undefined : await services.state.clusters.get(parseClusterId(id));
  if (cluster === undefined) return new Set();
  const { waiting, runs } = await services.state.activeJobs.read(cluster.guid, 2 * queued.length);
  const handedOver = runs.filter(({ phase }) => phase === "submitting");
  const known = new Set([...waiting, ...handedOver].map(({ jobGuid }) => jobGuid));
  return new Set(queued.filter((jobGuid) => known.has(jobGuid)));
}

async function observeTrial(services: Services, sweep: SweepDocument, trial: Trial, secretsOf: SecretsOf) {
  const job = await services.state.jobs.get(jobRefOf(sweep, trial));
  if (
    job === undefined ||
    job.sweepGuid !== sweep.guid ||
    (trial.jobGuid !== undefined && job.guid !== trial.jobGuid)
  )
    return { trial: withoutJob(trial, sweep.spec.nodeCount, services.clock.now()), more: false };
  const ended = isFinished(job.executionState);
  const hasRun = job.executionInfo.startTime !== undefined;
  const read = hasRun
    ? await withReports(services, sweep.spec, trial, job, { ended, secretsOf })
    : { trial, more: false };
  // The end is told when all that was reported is read.
  return read.more ? read : { ...read, trial: withJob(read.trial, job, services.clock.now()) };
}
