// The sweep and its trials as clients see them.
import { z } from "zod";
import { BatchAIError } from "../shared/batch-ai-error.ts";
import { named, provisioned, provisionedResponse, resourceResponse, time } from "../shared/wire.ts";
import { costOf } from "./budget.ts";
import { bestOf } from "../metric/figures.ts";
import { toWireNumber, WireNumber } from "../metric/number.ts";
import { goalOf, valueOfLoss } from "./objective.ts";
import type { SweepDocument } from "./schema.ts";
import { BestTrial } from "./schema.ts";
import { flattened, valuesOf } from "./search/space.ts";
import type { SweepSpec } from "./spec.ts";
import { eraOf, resultOf } from "./standing.ts";
import { jobNameOf, TrialState } from "./trial.ts";
import type { Trial } from "./trial.ts";

export function sweepWire(sweep: SweepDocument) {
  const { spec, summary } = sweep;
  const policy = spec.policies.at(-1)?.policy;
  return {
    ...named(sweep),
    ...(sweep.tags === undefined ? {} : { tags: sweep.tags }),
    properties: {
      trial: { properties: sweep.template },
      searchSpace: spec.searchSpace,
      objective: spec.objective,
      metrics: spec.metrics,
      ...(spec.presets.length === 0 ? {} : { presets: spec.presets }),
      algorithm: spec.algorithm.type === "tpe" ? { ...spec.algorithm, lag: spec.lag } : spec.algorithm,
      ...(policy === undefined ? {} : { stopping: policy }),
      ...(spec.policies.length > 1 ? { policies: spec.policies } : {}),
      limits: spec.limits,
      ...(spec.budget === undefined ? {} : { budget: spec.budget }),
      ...(spec.reuse === true ? { reuse: true, reused: summary.reused ?? 0 } : {}),
      ...provisioned(sweep),
      executionState: sweep.executionState,
      executionStateTransitionTime: sweep.executionStateTransitionTime,
      startTime: sweep.startTime,
      ...(sweep.endTime === undefined ? {} : { endTime: sweep.endTime }),
      ...(sweep.endReason === undefined ? {} : { endReason: sweep.endReason }),
      errors: sweep.errors,
      total: summary.total,
      counts: summary.counts,
      ...(summary.best === undefined ? {} : { best: summary.best }),
      spent: costOf(spec.budget, summary.spent),
      committed: costOf(spec.budget, summary.committed),
      warnings: summary.warnings,
    },
  };
}

const object = () => z.looseObject({});
export const SweepResponse = resourceResponse(
  "sweep",
  {
    trial: object(),
    searchSpace: object(),
    objective: object(),
    metrics: z.array(object()),
    presets: z.array(z.string()).optional(),
    algorithm: object(),
    stopping: object().optional(),
    limits: object(),
    budget: object().optional(),
    reuse: z.boolean().optional(),
    reused: z.int().optional().meta({ description: "Trials that took an earlier result and did not run" }),
    ...provisionedResponse,
    executionState: z.enum(["running", "terminating", "succeeded", "failed"]),
    executionStateTransitionTime: time(),
    startTime: time(),
    endTime: time().optional(),
    endReason: z.string().optional(),
    errors: z.array(BatchAIError),
    total: z.int(),
    counts: z.looseObject({}),
    best: BestTrial.optional(),
    spent: object(),
    committed: object(),
    warnings: z.array(z.looseObject({ code: z.string(), message: z.string() })),
  },
  { tags: z.record(z.string(), z.string()).optional() },
);

export type SweepResponse = z.infer<typeof SweepResponse>;

/** A trial as far as it follows from what is recorded of it; `value` is its result by the objective. */
export function trialView(sweep: string, spec: Pick<SweepSpec, "objective" | "searchSpace">, trial: Trial) {
  const { goal, metric } = spec.objective;
  const has = trial.progress !== undefined || trial.figures[metric] !== undefined;
  const loss = resultOf(goal, trial);
  return {
    trial: trial.index,
    attempt: trial.attempt,
    state: trial.state,
    ...(trial.stopCause === undefined ? {} : { stopCause: trial.stopCause }),
    job: jobNameOf(sweep, trial),
    ...(trial.imported === true ? { imported: true } : {}),
    ...(trial.reusedFrom === undefined ? {} : { reusedFrom: trial.reusedFrom }),
    parameters: flattened(valuesOf(spec.searchSpace, trial.coordinates)),
    ...(has && loss !== Number.POSITIVE_INFINITY ? { value: toWireNumber(valueOfLoss(goal, loss)) } : {}),
    metrics: Object.fromEntries(
      Object.entries(trial.figures).map(([name, figures]) => {
        const { best, bestStep } = bestOf(figures, goalOf(spec.objective, name));
        return [
          name,
          {
            last: toWireNumber(figures.last),
            lastStep: figures.lastStep,
            best: toWireNumber(best),
            bestStep,
            min: toWireNumber(figures.min),
            max: toWireNumber(figures.max),
            n: figures.n,
          },
        ];
      }),
    ),
    ...(trial.startTime === undefined ? {} : { startTime: trial.startTime }),
    ...(trial.endTime === undefined ? {} : { endTime: trial.endTime }),
    ...(trial.exitCode === undefined ? {} : { exitCode: trial.exitCode }),
    ...(trial.error === undefined ? {} : { error: trial.error }),
  };
}
export type TrialView = ReturnType<typeof trialView>;

/** One trial, with what changes when the sweep is extended: its price and the policy that rules it. */
export function trialWire(
  sweep: string,
  spec: SweepSpec,
  trial: Trial,
  view = trialView(sweep, spec, trial),
) {
  return {
    ...view,
    spent: costOf(spec.budget, trial.spent),
    policy: eraOf(spec.policies, trial.index)?.policy?.type ?? "none",
  };
}
export type TrialWire = ReturnType<typeof trialWire>;

export const TrialResponse = z
  .looseObject({
    trial: z.int(),
    attempt: z.int(),
    state: TrialState,
    job: z.string(),
    reusedFrom: z
      .string()
      .optional()
      .meta({ description: "The job whose result it took: it has none of its own, and cost nothing" }),
    parameters: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
    value: WireNumber.optional(),
    exitCode: z.int().optional(),
    error: z.looseObject({ code: z.string(), message: z.string() }).optional(),
    metrics: z.record(
      z.string(),
      z.looseObject({ last: WireNumber, best: WireNumber, bestStep: z.number() }),
    ),
  })
  .meta({ id: "Trial" });
export type TrialResponse = z.infer<typeof TrialResponse>;

/** With its job, in whose output its model is; an imported trial has none here. */
export const BestTrialResponse = TrialResponse.extend({ jobId: z.string().optional() }).meta({
  id: "BestTrial",
});
export type BestTrialResponse = z.infer<typeof BestTrialResponse>;

/** Over several runs in virtual time. */
const Band = z.looseObject({ low: z.number(), median: z.number(), high: z.number() });
export const ForecastResponse = z
  .looseObject({
    runs: z.int(),
    /** As many trials were measured for it: of the sweep itself, or for their delays of an earlier one on the same cluster. */
    measuredTrials: z.int().optional(),
    seconds: Band,
    nodeHours: Band,
    amount: Band.optional(),
    currency: z.string().optional(),
    trials: Band,
    stopped: Band,
  })
  .meta({ id: "Forecast" });
export type ForecastResponse = z.infer<typeof ForecastResponse>;

export const PreviewResponse = z.looseObject({
  seed: z.int(),
  suggestions: z.array(
    z.looseObject({
      trial: z.int(),
      parameters: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
    }),
  ),
  forecast: ForecastResponse.optional(),
});
export type PreviewResponse = z.infer<typeof PreviewResponse>;
