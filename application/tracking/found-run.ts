// One run: found by its id, changed under its ETag.
import type { JobDocument } from "../../domain/job/schema.ts";
import { AppError } from "../../domain/shared/errors.ts";
import { metricRunOf } from "../../domain/metric/run.ts";
import type { MetricRun } from "../../domain/metric/run.ts";
import { freshRun } from "../../domain/tracking/run.ts";
import type { RunRecord } from "../../domain/tracking/run.ts";
import { formatRunId } from "../../domain/tracking/run-id.ts";
import { runOfJob, runOfRecord } from "../../domain/tracking/view.ts";
import type { RunView } from "../../domain/tracking/view.ts";
import type { RunPlace } from "../../services/runs.ts";
import type { Services } from "../../services/services.ts";
import { experimentRef, jobRef, meantRun, runNotFound } from "./scope.ts";
import type { TrackingScope } from "./scope.ts";
import { noteTracked } from "./tracked.ts";
import { factsOfTrial } from "./trials.ts";

export interface FoundRun {
  readonly id: string;
  readonly place: RunPlace;
  /** In which it is; absent for a run of no job. */
  readonly job: JobDocument | undefined;
  /** Absent for a job to which nothing was logged yet. */
  readonly stored: { readonly item: RunRecord; readonly etag: string } | undefined;
}

/** @throws AppError RunNotFound */
export async function findRun(services: Services, scope: TrackingScope, id: string): Promise<FoundRun> {
  const key = meantRun(scope, id);
  const job = key.kind === "free" ? undefined : await jobOf(services, scope, key);
  if (key.kind !== "free" && job === undefined) throw runNotFound(id);
  const place: RunPlace = {
    experiment: experimentRef(scope, key.experiment),
    jobGuid: job?.guid,
    unique: key.kind === "job" ? undefined : key.unique,
  };
  const stored = await services.runs.get(place);
  if (stored === undefined && key.kind !== "job") throw runNotFound(id);
  return { id, place, job, stored };
}

async function jobOf(
  services: Services,
  scope: TrackingScope,
  { experiment, job }: { readonly experiment: string; readonly job: string },
): Promise<JobDocument | undefined> {
  return scope.kind === "job" ? scope.job : services.state.jobs.get(jobRef(scope, experiment, job));
}

export async function viewOf(services: Services, found: FoundRun): Promise<RunView> {
  const { place, job, stored } = found;
  if (job !== undefined && place.unique === undefined)
    return runOfJob(job, stored?.item, await factsOfTrial(services, job));
  if (stored === undefined) throw runNotFound(found.id);
  return runOfRecord(stored.item, job);
}

/** So many writers in a row were quicker: something writes in a circle. */
const tries = 20;

/** @param change of the run as it is; may refuse. @returns the run as it is now. */
export async function changeRun(
  services: Services,
  scope: TrackingScope,
  id: string,
  change: (run: RunRecord) => RunRecord,
): Promise<FoundRun> {
  for (let attempt = 0; attempt < tries; attempt += 1) {
    const found = await findRun(services, scope, id);
    const before = found.stored?.item ?? ownRun(services, found);
    const after = change(before);
    if (after === before && found.stored !== undefined) return found;
    if ((await keepRun(services, found, after)) === "written")
      return { ...found, stored: { item: after, etag: "" } };
  }
  throw new AppError("ServiceUnavailable", `The run '${id}' is being changed by too many at once.`);
}

/** A job's own run, before anything is logged to it. */
function ownRun({ clock }: Services, { id, job }: FoundRun): RunRecord {
  if (job === undefined) throw runNotFound(id);
  const { experiment, job: name, guid } = job;
  return freshRun({ kind: "job", experiment, job: { name, guid }, name, user: "", startTime: clock.now() });
}

export async function keepRun(
  services: Services,
  { place, job, stored }: Pick<FoundRun, "place" | "job" | "stored">,
  run: RunRecord,
): Promise<"written" | "conflict"> {
  if (job !== undefined) await noteTracked(services, job);
  return services.runs.write(place, run, stored?.etag);
}

/** Where its points are. */
export function pointsOf({ place, job }: FoundRun): MetricRun {
  const { unique = "" } = place;
  if (job === undefined) return { group: unique, run: unique };
  const own = metricRunOf(job);
  return unique === "" ? own : { group: own.group, run: `${own.run}-${unique}` };
}

export const ownRunId = (job: JobDocument): string =>
  formatRunId({ kind: "job", experiment: job.experiment, job: job.job });
