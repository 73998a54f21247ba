// One poll of a sweep: what became of its trials' jobs and what they reported, what follows from it, and the jobs that begin
// or end by that. Order matters: points are stored first, then the record says what was decided, and only then is it done; so
// that after a crash at any place the next poll does the same again, and no trial is run twice.
import type { SweepDocument } from "../../domain/sweep/schema.ts";
import { advance } from "../../domain/sweep/advance.ts";
import type { Next, Situation } from "../../domain/sweep/advance.ts";
import { AppError } from "../../domain/shared/errors.ts";
import { refOf } from "../../domain/shared/resource-id.ts";
import type { JobRef } from "../../domain/shared/resource-id.ts";
import { sameContent } from "../../domain/shared/same-content.ts";
import { endedSweep, summarisedSweep } from "../../domain/sweep/rules.ts";
import { sweepErrors, summaryOf } from "../../domain/sweep/summary.ts";
import { isOver, newTrial } from "../../domain/sweep/trial.ts";
import type { Trial } from "../../domain/sweep/trial.ts";
import { jobRefOf } from "../../domain/sweep/trial-job.ts";
import type { Services } from "../../services/services.ts";
import { changeBy, service } from "../caller.ts";
import type { Caller } from "../caller.ts";
import { inLanes } from "../../services/in-lanes.ts";
import { terminateJob } from "../jobs.ts";
import { endOnce } from "./job-memory.ts";
import { observe } from "./observation.ts";
import { reuseOf } from "./reuse.ts";
import type { Reuse } from "./reuse.ts";
import { submitTrials } from "./submissions.ts";

export interface PolledSweep {
  /** Something is different from the poll before. */
  readonly changed: boolean;
  readonly over: boolean;
}

export async function pollSweep(services: Services, sweep: SweepDocument): Promise<PolledSweep> {
  const stored = await services.sweepRecords.read(sweep.guid);
  const before = stored?.record.trials ?? [];
  const seen = await observe(services, sweep, retried(sweep, before));
  const reuse = reuseOf(services, sweep);
  await reuse?.leave(before, seen.trials);
  const next = await advanced(sweep, reuse, before, {
    trials: seen.trials,
    now: services.clock.now(),
    startedAt: Date.parse(sweep.startTime),
    failuresForgiven: sweep.failuresForgiven,
    terminateRequested: sweep.executionState === "terminating",
    unwanted: new Set(sweep.unwanted),
  });
  const changed = !sameTrials(before, next.trials);
  if (changed) {
    const record = { version: 1 as const, trials: [...next.trials] };
    const written = await services.sweepRecords.write(sweep.guid, record, stored?.etag);
    if (written === "conflict")
      throw new AppError("ServiceUnavailable", "Somebody else polls the sweep just now.");
  }
  const acted = await act(services, sweep, before, next);
  await recordProgress(services, sweep, next);
  return { changed: changed || acted || seen.more, over: next.isOver };
}

/** So many trials take earlier results in one look, so that none is long. */
const mostTaken = 256;

/** What comes next, where trials whose results are known are over as soon as they are made. They were never under way, and cost nothing. */
async function advanced(
  { spec }: SweepDocument,
  reuse: Reuse | undefined,
  before: readonly Trial[],
  situation: Situation,
): Promise<Next> {
  let next = advance(spec, situation);
  if (reuse === undefined) return next;
  let from = before.length;
  for (let taken = 0; ;) {
    const made = next.trials.slice(from);
    const looked = await reuse.lookUp(made);
    const trials = [...next.trials.slice(0, from), ...looked];
    const found = looked.filter(({ reusedFrom }) => reusedFrom !== undefined).length;
    if (found === 0) return { ...next, trials };
    taken += found;
    if (taken >= mostTaken) return { trials, isOver: false };
    from = trials.length;
    next = advance(spec, { ...situation, trials });
  }
}

/** Of ten thousand trials nearly all are over, and the same objects as before. */
function sameTrials(before: readonly Trial[], after: readonly Trial[]): boolean {
  return (
    before.length === after.length &&
    before.every((trial, at) => trial === after[at] || sameContent(trial, after[at]))
  );
}

/** A trial that is to run again begins as if it were new, under another attempt; its metrics of before are kept apart. */
function retried(sweep: SweepDocument, trials: readonly Trial[]): readonly Trial[] {
  const wanted = new Set(sweep.retries.map(({ trial, attempt }) => `${trial} ${attempt}`));
  return trials.map((trial) => {
    if (!isOver(trial) || !wanted.has(`${trial.index} ${trial.attempt}`)) return trial;
    const { spent, index, coordinates, attempt } = trial;
    return { ...newTrial(index, coordinates, spent), spent, attempt: attempt + 1 };
  });
}

/** @param before the trials of the record that this poll found. @returns whether anything was begun. */
async function act(
  services: Services,
  sweep: SweepDocument,
  before: readonly Trial[],
  { trials }: Next,
): Promise<boolean> {
  const { startedBy, madeBy } = sweep;
  const by: Caller = {
    actor: service,
    link: `sweep:${sweep.guid}`,
    ...(startedBy === undefined ? {} : { startedBy }),
    madeBy,
  };
  const fresh = trials.filter(({ state, jobGuid }) => state === "queued" && jobGuid === undefined);
  const ending = trials.filter(({ state, jobGuid }) => state === "stopping" && jobGuid !== undefined);
  if (fresh.length > 0) {
    // A job is submitted when the record has its trial: of one that it did not have there is none.
    const isNew = ({ index, attempt }: Trial) => before[index]?.attempt !== attempt;
    await submitTrials(services, by, sweep, {
      made: fresh.filter(isNew),
      known: fresh.filter((trial) => !isNew(trial)),
    });
  }
  await inLanes(ending, (trial) => {
    const ref = jobRefOf(sweep, trial);
    return endOnce(services, ref, () => terminate(services, by, ref));
  });
  return fresh.length > 0;
}

async function terminate(services: Services, by: Caller, ref: JobRef): Promise<void> {
  try {
    await terminateJob(services, by, ref);
  } catch (error) {
    // Deleted meanwhile.
    if (!(error instanceof AppError) || error.status !== 404) throw error;
  }
}

async function recordProgress(
  services: Services,
  sweep: SweepDocument,
  { trials, ending, isOver: over }: Next,
): Promise<void> {
  const now = new Date(services.clock.now());
  const summary = summaryOf(sweep.sweep, sweep.spec, trials);
  const end = over && ending !== undefined ? ending : undefined;
  if (end === undefined && sameContent(summary, sweep.summary)) return;
  await services.state.sweeps.update(
    refOf(sweep),
    (found) => {
      if (found.guid !== sweep.guid) return found;
      const told = summarisedSweep(found, summary);
      if (end === undefined) return told;
      const errors = sweepErrors(sweep.spec, trials, end);
      return endedSweep(told, { reason: end, requests: sweep.requests, errors }, now);
    },
    (before, after) =>
      before.executionState === after.executionState
        ? undefined
        : changeBy(
            services,
            { actor: service, link: `sweep:${sweep.guid}` },
            after.errors[0]?.message ?? "ended",
          ),
  );
}

/** Of a sweep that is deleted. */
export function jobsOf(sweep: SweepDocument, trials: readonly Trial[]): readonly JobRef[] {
  return trials.flatMap((trial) =>
    trial.imported === true
      ? []
      : Array.from({ length: trial.attempt }, (_, at) => jobRefOf(sweep, { ...trial, attempt: at + 1 })),
  );
}
