// The jobs of trials that are to run. Those of trials that were made a moment ago are submitted together; the others one by one, because
// an earlier poll may have submitted them before it was cut off.
import { JobRequest } from "../../domain/job/schema.ts";
import type { JobDocument } from "../../domain/job/schema.ts";
import { AppError } from "../../domain/shared/errors.ts";
import { parse } from "../../domain/shared/parse.ts";
import type { SweepDocument } from "../../domain/sweep/schema.ts";
import { flattened, valuesOf } from "../../domain/sweep/search/space.ts";
import { jobBodyOf } from "../../domain/sweep/substitute.ts";
import { isOver } from "../../domain/sweep/trial.ts";
import type { Trial } from "../../domain/sweep/trial.ts";
import { jobRefOf } from "../../domain/sweep/trial-job.ts";
import type { Services } from "../../services/services.ts";
import type { Caller } from "../caller.ts";
import { inLanes } from "../../services/in-lanes.ts";
import { submitJob, submitNewJobs } from "../jobs.ts";
import { rememberSubmitted } from "./job-memory.ts";
import { parameterVariables } from "./request.ts";
import { trialTemplate } from "./template.ts";

interface Wanted {
  /** By this poll: nobody has submitted a job for them. */
  readonly made: readonly Trial[];
  readonly known: readonly Trial[];
}

export async function submitTrials(
  services: Services,
  by: Caller,
  sweep: SweepDocument,
  { made, known }: Wanted,
): Promise<void> {
  const template = await trialTemplate(services, sweep);
  const specOf = (trial: Trial) => specOfTrial(sweep, template, trial);
  const asked: { readonly trial: Trial; readonly spec: JobRequest }[] = [];
  for (const trial of made)
    await orRefuse(services, sweep, trial, () => void asked.push({ trial, spec: specOf(trial) }));
  await together(services, by, sweep, asked);
  await inLanes(known, (trial) =>
    orRefuse(services, sweep, trial, async () => {
      const { job } = await submitJob(services, by, jobRefOf(sweep, trial), specOf(trial), sweep.guid);
      await noteSubmitted(services, sweep, job);
    }),
  );
}

async function together(
  services: Services,
  by: Caller,
  sweep: SweepDocument,
  asked: readonly { readonly trial: Trial; readonly spec: JobRequest }[],
): Promise<void> {
  const jobs = asked.map(({ trial, spec }) => ({ ref: jobRefOf(sweep, trial), spec, sweepGuid: sweep.guid }));
  const all = submitNewJobs(services, by, jobs);
  await inLanes(asked, ({ trial }, at) =>
    orRefuse(services, sweep, trial, async () => {
      const one = (await all)[at];
      if (one === undefined) return;
      if ("error" in one) throw one.error;
      await noteSubmitted(services, sweep, one.job);
    }),
  );
}

/** @throws AppError Conflict when the job is somebody else's, and merely has the name. */
async function noteSubmitted(services: Services, sweep: SweepDocument, job: JobDocument): Promise<void> {
  if (job.sweepGuid !== sweep.guid)
    throw new AppError("Conflict", `job '${job.job}' exists and is not this sweep's; delete it, then retry`);
  await rememberSubmitted(services, job);
}

export function specOfTrial(
  { spec: { searchSpace, limits } }: SweepDocument,
  template: Parameters<typeof jobBodyOf>[0],
  trial: Trial,
): JobRequest {
  const values = flattened(valuesOf(searchSpace, trial.coordinates));
  return parse(JobRequest, jobBodyOf(template, values, parameterVariables(searchSpace), limits.trialTimeout));
}

async function orRefuse(
  services: Services,
  sweep: SweepDocument,
  trial: Trial,
  submit: () => void | Promise<void>,
): Promise<void> {
  try {
    await submit();
  } catch (error) {
    // As many jobs as there may be, or an outage: another poll tries again.
    if (!(error instanceof AppError) || error.retryable || error.code === "OperationNotAllowed") {
      if (error instanceof AppError) return;
      throw error;
    }
    await refuse(services, sweep, trial, { code: error.code, message: error.message });
  }
}

/** What can never be submitted has failed; the record says so before the next poll. */
async function refuse(
  services: Services,
  sweep: SweepDocument,
  { index, attempt }: Trial,
  error: { readonly code: string; readonly message: string },
): Promise<void> {
  for (;;) {
    const stored = await services.sweepRecords.read(sweep.guid);
    if (stored === undefined) return;
    const trials = stored.record.trials.map((trial): Trial =>
      trial.index === index && trial.attempt === attempt && !isOver(trial)
        ? { ...trial, state: "failed", error }
        : trial,
    );
    if ((await services.sweepRecords.write(sweep.guid, { version: 1, trials }, stored.etag)) === "written")
      return;
  }
}
