// What a policy reads off a trial while it reports: a mark wherever the policy looks. Reports go forward: one whose step is
// not above all before it (a trial that was run again says things twice) makes no mark.
import { z } from "zod";
import { AnyNumber } from "../../metric/number.ts";
import { lossOf, valueOfLoss } from "../objective.ts";
import type { Goal } from "../objective.ts";
import type { Point } from "../../metric/point.ts";
import type { StoppingPolicy } from "./policy.ts";
import { rungSteps } from "./rungs.ts";

export const Mark = z.object({
  /** Number of the report (intervals, from 1) or of the rung (from 0). */
  at: z.int(),
  step: z.number(),
  /** Of the report itself. */
  last: AnyNumber,
  best: AnyNumber,
  /** Over all reports so far. */
  average: AnyNumber,
});
export type Mark = z.infer<typeof Mark>;

export const Progress = z.object({
  reports: z.int(),
  step: z.number(),
  best: AnyNumber,
  sum: AnyNumber,
});
export type Progress = z.infer<typeof Progress>;

export interface Observed {
  readonly progress: Progress | undefined;
  readonly marks: readonly Mark[];
}

export function observed(
  { progress, marks }: Observed,
  { step, value }: Point,
  about: { readonly policy: StoppingPolicy | undefined; readonly goal: Goal; readonly trial: number },
): Observed {
  if (progress !== undefined && step <= progress.step) return { progress, marks };
  const loss = lossOf(about.goal, value);
  const best = Math.min(loss, progress === undefined ? loss : lossOf(about.goal, progress.best));
  const next: Progress = {
    reports: (progress?.reports ?? 0) + 1,
    step,
    best: valueOfLoss(about.goal, best),
    sum: (progress?.sum ?? 0) + value,
  };
  const places = about.policy === undefined ? [] : placesOf(about.policy, about.trial, progress, next);
  if (places.length === 0) return { progress: next, marks };
  const mark = { step, last: value, best: next.best, average: next.sum / next.reports };
  return { progress: next, marks: [...marks, ...places.map((at) => ({ at, ...mark }))] };
}

/** Where the policy looks between the report before and this one. */
function placesOf(
  policy: StoppingPolicy,
  trial: number,
  before: Progress | undefined,
  { reports, step }: Progress,
): readonly number[] {
  if (policy.type === "asha" || policy.type === "hyperband")
    return rungSteps(policy, trial).flatMap((end, rung) =>
      end <= step && end > (before?.step ?? -1) ? [rung] : [],
    );
  const looks = reports >= policy.delayEvaluation && reports % policy.evaluationInterval === 0;
  return looks ? [reports] : [];
}
