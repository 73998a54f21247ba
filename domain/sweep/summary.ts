// What is told of a sweep at one look: how many trials are in which state, the best one, what it costs, what is amiss.
import type { BatchAIError } from "../shared/batch-ai-error.ts";
import type { FailureCode } from "../shared/errors.ts";
import { committed } from "./advance.ts";
import { bestOf } from "../metric/figures.ts";
import { toWireNumber } from "../metric/number.ts";
import { valueOfLoss } from "./objective.ts";
import type { SweepSummary } from "./schema.ts";
import type { SweepSpec } from "./spec.ts";
import { resultOf } from "./standing.ts";
import { isOver, jobNameOf } from "./trial.ts";
import type { Trial } from "./trial.ts";

export function summaryOf(sweep: string, spec: SweepSpec, trials: readonly Trial[]): SweepSummary {
  const counts: Partial<Record<Trial["state"], number>> = {};
  for (const { state } of trials) counts[state] = (counts[state] ?? 0) + 1;
  const reused = trials.filter(({ reusedFrom }) => reusedFrom !== undefined).length;
  const best = bestTrial(spec, trials);
  const bestOne = best === undefined ? undefined : trials[best.trial];
  return {
    total: trials.length,
    counts,
    ...(reused === 0 ? {} : { reused }),
    ...(best === undefined
      ? {}
      : {
          best: {
            ...best,
            job: jobNameOf(sweep, bestOne ?? { index: best.trial, attempt: 1 }),
            ...(bestOne?.reusedFrom === undefined ? {} : { reusedFrom: bestOne.reusedFrom }),
          },
        }),
    spent: trials.reduce((sum, { spent }) => sum + spent, 0),
    committed: committed(trials),
    warnings: [...unreportedMetric(spec, trials)],
  };
}

function bestTrial(spec: SweepSpec, trials: readonly Trial[]) {
  const { goal } = spec.objective;
  let best: { trial: number; loss: number; step: number } | undefined;
  for (const trial of trials) {
    const loss = resultOf(goal, trial);
    if (!(loss < (best?.loss ?? Number.POSITIVE_INFINITY))) continue;
    const figures = trial.figures[spec.objective.metric];
    best = { trial: trial.index, loss, step: figures === undefined ? 0 : bestOf(figures, goal).bestStep };
  }
  if (best === undefined) return undefined;
  return { trial: best.trial, value: toWireNumber(valueOfLoss(goal, best.loss)), step: best.step };
}

/** Trials end well and nobody says how well: the search is blind, and nobody would notice. */
export function unreportedMetric(spec: SweepSpec, trials: readonly Trial[]): readonly BatchAIError[] {
  const { metric } = spec.objective;
  const hasEnded = trials.some(({ state }) => state === "succeeded" || state === "stopped");
  if (!hasEnded || trials.some(({ figures }) => figures[metric] !== undefined)) return [];
  const seen = [...new Set(trials.flatMap(({ figures }) => Object.keys(figures)))].sort().slice(0, 20);
  const instead =
    seen.length === 0 ? "no metric at all" : `only ${seen.map((name) => `'${name}'`).join(", ")}`;
  return [
    {
      code: "NoMetricReported" satisfies FailureCode,
      message: `No trial reported '${metric}'; they reported ${instead}. Write {"name": "${metric}", "value": 0.5, "step": 1} as a line to $AZ_BATCHAI_METRICS_FILE, or add an expression to properties.metrics, or a preset of a common trainer.`,
    },
  ];
}

/** Why a sweep that is over counts as failed. */
export function sweepErrors(
  spec: SweepSpec,
  trials: readonly Trial[],
  reason: string,
): readonly BatchAIError[] {
  if (reason === "tooManyFailures")
    return [
      {
        code: "TooManyFailedTrials" satisfies FailureCode,
        message: `${trials.filter(({ state }) => state === "failed").length} trials failed.`,
      },
    ];
  if (trials.length > 0 && trials.every((trial) => isOver(trial) && trial.state === "failed"))
    return [
      {
        code: "AllTrialsFailed" satisfies FailureCode,
        message: `All ${trials.length} trials failed; see the errors of the first: ${trials[0]?.error?.message ?? ""}`,
      },
    ];
  return unreportedMetric(spec, trials);
}
