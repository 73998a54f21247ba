// Metrics that are posted for a trial, from wherever it runs: kept with those that its job has written. The next poll of the sweep sees
// them, in the order in which they came.
import { isFinished } from "../../domain/job/machine.ts";
import type { PostedPoint } from "../../domain/metric/requests.ts";
import { AppError } from "../../domain/shared/errors.ts";
import type { SweepRef } from "../../domain/shared/resource-id.ts";
import { jobRefOf } from "../../domain/sweep/trial-job.ts";
import type { Services } from "../../services/services.ts";
import { existing } from "../existing.ts";
import { keepPosted } from "../job-metrics.ts";
import { trialNotFound } from "./sweeps.ts";

/** Repeating it changes nothing. @throws AppError InvalidState when the trial's job has ended, or is not there yet */
export async function postTrialMetrics(
  services: Services,
  ref: SweepRef,
  index: number,
  points: readonly PostedPoint[],
): Promise<void> {
  const sweep = await existing(services, ref);
  const stored = await services.sweepRecords.read(sweep.guid);
  const trial = stored?.record.trials[index];
  if (trial === undefined) throw trialNotFound(ref, index);
  const job = await services.state.jobs.get(jobRefOf(sweep, trial));
  if (job === undefined || job.sweepGuid !== sweep.guid || isFinished(job.executionState))
    throw new AppError(
      "InvalidState",
      `trial ${index} of sweep '${ref.sweep}' has no job that runs; metrics are taken until its job has ended`,
    );
  await keepPosted(services, job, points);
}
