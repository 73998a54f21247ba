// What has become of the trials of a sweep: of their jobs, and of what these have written. A job that waits in the queue of its cluster
// is not read, and one that runs is read once in a while until its end: one listing of the cluster's active jobs tells of all.
import { isFinished } from "../../domain/job/machine.ts";
import { parseClusterId } from "../../domain/shared/resource-id.ts";
import type { JobRef } from "../../domain/shared/resource-id.ts";
import type { SweepDocument } from "../../domain/sweep/schema.ts";
import { isOver } from "../../domain/sweep/trial.ts";
import type { Trial } from "../../domain/sweep/trial.ts";
import { jobRefOf, withJob, withoutJob } from "../../domain/sweep/trial-job.ts";
import type { ActiveRun } from "../../services/active-jobs.ts";
import type { Services } from "../../services/services.ts";
import { inLanes } from "../../services/in-lanes.ts";
import { clusterGuid, runningJob, submittedJob } from "./job-memory.ts";
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
  const active = await activeJobs(services, sweep, open);
  const secretsOf = secretsOnce(services);
  const moved = open.filter(
    ({ state, jobGuid }) => state !== "queued" || jobGuid === undefined || !active.waiting.has(jobGuid),
  );
  const polled = await inLanes(moved, (trial) => observeTrial(services, sweep, trial, { active, secretsOf }));
  const byIndex = new Map(polled.map((each) => [each.trial.index, each.trial]));
  return {
    trials: trials.map((trial) => byIndex.get(trial.index) ?? trial),
    more: polled.some(({ more }) => more),
  };
}

interface Active {
  /** GUIDs of jobs that wait for nodes, or are on their way to Batch. */
  readonly waiting: ReadonlySet<string>;
  /** ETags of the rows of jobs whose tasks Batch has. */
  readonly running: ReadonlyMap<string, string>;
}
const nothingKnown: Active = { waiting: new Set(), running: new Map() };

async function activeJobs(
  services: Services,
  { template }: SweepDocument,
  open: readonly Trial[],
): Promise<Active> {
  const made = open.filter(({ jobGuid }) => jobGuid !== undefined).length;
  // What the listing costs.
  if (made <= 2) return nothingKnown;
  const { id } = (template["cluster"] ?? {}) as { readonly id?: string };
  const guid = id === undefined ? undefined : await clusterGuid(services, parseClusterId(id));
  if (guid === undefined) return nothingKnown;
  const { waiting, runs } = await services.state.activeJobs.read(guid, 2 * made);
  const inPhase = (phase: ActiveRun["phase"]) => runs.filter((run) => run.phase === phase);
  return {
    waiting: new Set([...waiting, ...inPhase("submitting")].map(({ jobGuid }) => jobGuid)),
    running: new Map(inPhase("holding").map(({ jobGuid, etag }) => [jobGuid, etag])),
  };
}

async function observeTrial(
  services: Services,
  sweep: SweepDocument,
  trial: Trial,
  { active, secretsOf }: { readonly active: Active; readonly secretsOf: SecretsOf },
) {
  const job = await jobOf(services, jobRefOf(sweep, trial), trial, active);
  if (
    job === undefined ||
    job.sweepGuid !== sweep.guid ||
    (trial.jobGuid !== undefined && job.guid !== trial.jobGuid)
  )
    return { trial: withoutJob(trial, sweep.spec.nodeCount, services.clock.now()), more: false };
  const ended = isFinished(job.executionState);
  const hasRun = job.executionInfo.startTime !== undefined;
  const reported = hasRun
    ? await withReports(services, sweep.spec, trial, job, { ended, secretsOf })
    : { trial, more: false };
  // The end is told when all that was reported is read.
  return reported.more
    ? reported
    : { ...reported, trial: withJob(reported.trial, job, services.clock.now()) };
}

function jobOf(services: Services, ref: JobRef, { jobGuid }: Trial, { running }: Active) {
  if (jobGuid === undefined) return submittedJob(services, ref);
  const row = running.get(jobGuid);
  return row === undefined ? services.state.jobs.get(ref) : runningJob(services, ref, row);
}
