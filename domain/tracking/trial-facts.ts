// What a sweep knows of a job that is its trial, as a run shows it: the values of the parameters, the figures of the metrics.
import type { JobDocument } from "../job/schema.ts";
import type { TrialView } from "../sweep/wire.ts";
import type { MetricPoint } from "./run.ts";

export interface TrialFacts {
  readonly metrics: readonly MetricPoint[];
  readonly tags: Readonly<Record<string, string>>;
}

export const sweepTag = "batchai.sweep";
export const trialTag = "batchai.trial";

/** Times of reports are nobody's: what a trial has last, it has had since it started. */
export function trialFacts(
  sweep: string,
  view: Pick<TrialView, "trial" | "metrics" | "startTime">,
): TrialFacts {
  const time = view.startTime === undefined ? 0 : Date.parse(view.startTime);
  return {
    metrics: Object.entries(view.metrics).map(([key, { last, lastStep }]) => ({
      key,
      value: Number(last),
      step: lastStep,
      time,
    })),
    tags: { [sweepTag]: sweep, [trialTag]: String(view.trial) },
  };
}

const prefix = "PARAM_";

/** The values that the sweep gave its trial, in the job's environment. */
export function trialParams({
  sweepGuid,
  spec,
}: Pick<JobDocument, "sweepGuid"> & {
  readonly spec: Pick<JobDocument["spec"], "environmentVariables">;
}): Readonly<Record<string, string>> {
  if (sweepGuid === undefined) return {};
  return Object.fromEntries(
    spec.environmentVariables
      .filter(({ name }) => name.startsWith(prefix))
      .map(({ name, value }) => [name.slice(prefix.length), value]),
  );
}

/** Which sweep's which trial a job's name may stand for: names of sweeps may end with numbers themselves. */
export function trialsOfJob(job: string): readonly { readonly sweep: string; readonly trial: number }[] {
  const readings = [/^(.+)_(\d{1,7})$/, /^(.+)_(\d{1,7})_\d{1,7}$/];
  return readings.flatMap((pattern) => {
    const [, sweep, trial] = pattern.exec(job) ?? [];
    return sweep === undefined || trial === undefined ? [] : [{ sweep, trial: Number(trial) }];
  });
}
