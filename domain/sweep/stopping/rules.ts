// What each policy decides about a trial at one place, given what the trials before it showed there. Losses: smaller is
// better. Ties are settled in favour of going on.
import { lossOf } from "../objective.ts";
import type { Goal } from "../objective.ts";
import type { Mark } from "./marks.ts";
import type { StoppingPolicy } from "./policy.ts";

export interface Verdict {
  readonly stop: boolean;
  readonly loss: number;
  /** What it was compared with; absent where there was nothing to compare with. */
  readonly cutOffLoss?: number;
  /** 1 is the best; among how many, this trial included. */
  readonly rank: number;
  readonly of: number;
}

type Of<Type extends StoppingPolicy["type"]> = Extract<StoppingPolicy, { type: Type }>;

/** Whether a trial that ended before it got to a place is compared there all the same, by the last it showed. */
export function countsEnded(policy: StoppingPolicy): boolean {
  return policy.type === "bandit" || (policy.type === "truncation" && !policy.excludeFinished);
}

/** Which of a mark's figures other trials are compared with. */
export function shownLoss(policy: StoppingPolicy, goal: Goal, mark: Mark): number {
  if (policy.type === "bandit") return lossOf(goal, mark.best);
  if (policy.type === "median") return lossOf(goal, mark.average);
  return lossOf(goal, mark.last);
}

/** @param others what the trials before it showed at this place, sorted. */
export function judge(policy: StoppingPolicy, goal: Goal, mark: Mark, others: readonly number[]): Verdict {
  switch (policy.type) {
    case "bandit":
      return bandit(policy, goal, lossOf(goal, mark.best), others);
    case "median":
      return median(policy, lossOf(goal, mark.best), others);
    case "truncation":
      return truncation(policy, lossOf(goal, mark.last), others);
    case "asha":
    case "hyperband":
      return halving(policy.reductionFactor, lossOf(goal, mark.last), others);
  }
}

function bandit(
  { slackFactor, slackAmount }: Of<"bandit">,
  goal: Goal,
  own: number,
  others: readonly number[],
): Verdict {
  const told = ranked(own, others);
  const [best] = others;
  if (best === undefined) return { ...told, stop: false };
  const least = Math.min(best, own);
  const cutOffLoss =
    slackAmount === undefined ? byFactor(goal, least, slackFactor ?? 0) : least + slackAmount;
  if (cutOffLoss === undefined) return { ...told, stop: false };
  return { ...told, cutOffLoss, stop: own > cutOffLoss };
}

/** A ratio to a value that is not above 0 means nothing: then there is no cut-off. */
function byFactor(goal: Goal, best: number, factor: number): number | undefined {
  const value = goal === "minimize" ? best : -best;
  if (!(value > 0) || !Number.isFinite(value)) return undefined;
  return goal === "minimize" ? value * (1 + factor) : -(value / (1 + factor));
}

function median({ minTrials }: Of<"median">, own: number, averages: readonly number[]): Verdict {
  const told = ranked(own, averages);
  if (averages.length < minTrials) return { ...told, stop: false };
  const upper = averages[Math.floor(averages.length / 2)] ?? own;
  const lower = averages[Math.floor((averages.length - 1) / 2)] ?? own;
  const cutOffLoss = upper === lower ? upper : (upper + lower) / 2;
  return { ...told, cutOffLoss, stop: own > cutOffLoss };
}

function truncation({ percentage }: Of<"truncation">, own: number, others: readonly number[]): Verdict {
  const told = ranked(own, others);
  const cut = Math.floor((told.of * percentage) / 100);
  if (cut === 0) return { ...told, stop: false };
  const cutOffLoss = withOwn(own, others, told.of - 1 - cut);
  return { ...told, cutOffLoss, stop: own > cutOffLoss };
}

/** A trial goes on when it is among the best 1/η that got here, of which there is at least one; NaN never does. */
function halving(factor: number, own: number, others: readonly number[]): Verdict {
  const told = ranked(own, others);
  const kept = Math.max(1, Math.floor(told.of / factor));
  const cutOffLoss = withOwn(own, others, kept - 1);
  return { ...told, cutOffLoss, stop: own > cutOffLoss || own === Number.POSITIVE_INFINITY };
}

function ranked(loss: number, others: readonly number[]): Pick<Verdict, "loss" | "rank" | "of"> {
  return { loss, rank: 1 + countBelow(others, loss), of: others.length + 1 };
}

/** What stands at a place when the trial's own loss is sorted in. */
function withOwn(own: number, others: readonly number[], place: number): number {
  const before = countBelow(others, own);
  if (place < before) return others[place] ?? own;
  return place === before ? own : (others[place - 1] ?? own);
}

/** How many of the sorted numbers are smaller. */
export function countBelow(sorted: readonly number[], value: number): number {
  let [from, to] = [0, sorted.length];
  while (from < to) {
    const middle = (from + to) >>> 1;
    if ((sorted[middle] ?? 0) < value) from = middle + 1;
    else to = middle;
  }
  return from;
}
