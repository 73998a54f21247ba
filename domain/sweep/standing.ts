// How trials stand towards each other, from what they reported: which of them a policy has stopped, and which have a result
// that suggestions may rely on. Follows from reports and ends alone (the sweep's logical clock), not from when they came.
import type { Goal } from "./objective.ts";
import { lossOf } from "./objective.ts";
import type { Past } from "./search/tpe.ts";
import type { PolicyEra, SweepSpec } from "./spec.ts";
import { decisionsOf } from "./stopping/decisions.ts";
import type { Decision } from "./stopping/decisions.ts";
import type { StoppingPolicy } from "./stopping/policy.ts";
import { isOver } from "./trial.ts";
import type { Trial } from "./trial.ts";

export function eraOf(policies: readonly PolicyEra[], trial: number): PolicyEra | undefined {
  return policies.findLast(({ fromTrial }) => fromTrial <= trial);
}

export function policyOf(spec: SweepSpec, trial: number): StoppingPolicy | undefined {
  return eraOf(spec.policies, trial)?.policy;
}

/** Every decision so far. Policies watch the first attempt of a trial: a later one would be judged by what came after it. */
export function allDecisions(spec: SweepSpec, trials: readonly Trial[]): readonly Decision[] {
  return spec.policies.flatMap((era) => {
    const { policy } = era;
    if (policy === undefined) return [];
    const watched = trials
      .filter(({ index }) => eraOf(spec.policies, index) === era)
      .map((trial) => ({ index: trial.index, marks: trial.marks, over: isOver(trial) || trial.attempt > 1 }));
    return decisionsOf(policy, spec.objective.goal, watched);
  });
}

/** The loss that counts: the best that was reported before a policy stopped the trial. */
export function resultOf(goal: Goal, trial: Trial): number {
  const mark =
    trial.stoppedAt === undefined ? undefined : trial.marks.find(({ at }) => at === trial.stoppedAt);
  if (mark !== undefined) return lossOf(goal, mark.best);
  if (trial.state === "failed" || trial.progress === undefined) return Number.POSITIVE_INFINITY;
  return lossOf(goal, trial.progress.best);
}

/** Over, and nothing that is still to come can stop it at an earlier place. */
export function settledTrials(
  spec: SweepSpec,
  trials: readonly Trial[],
  decisions: readonly Decision[],
): ReadonlySet<number> {
  const decided = new Map<number, number>();
  for (const { trial } of decisions) decided.set(trial, (decided.get(trial) ?? 0) + 1);
  return new Set(
    trials
      .filter((trial) => {
        if (!isOver(trial)) return false;
        if (trial.stoppedAt !== undefined || policyOf(spec, trial.index) === undefined) return true;
        return (decided.get(trial.index) ?? 0) === trial.marks.length;
      })
      .map(({ index }) => index),
  );
}

/** What suggestion number `index` may see; undefined while it must wait for a slower trial. */
export function pastOf(
  spec: SweepSpec,
  trials: readonly Trial[],
  settled: ReadonlySet<number>,
  index: number,
): readonly Past[] | undefined {
  if (spec.algorithm.type !== "tpe") return [];
  const visible = index - spec.lag;
  const before = trials.filter((trial) => trial.index < index);
  if (before.some((trial) => trial.index <= visible && !settled.has(trial.index))) return undefined;
  return before.map((trial) => ({
    index: trial.index,
    coordinates: trial.coordinates,
    ...(trial.index <= visible ? { loss: resultOf(spec.objective.goal, trial) } : {}),
  }));
}
