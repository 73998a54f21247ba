// What a sweep does next, given all that is known of its trials: which it stops, which it starts, whether it is at its end.
// Pure: whoever calls records the answer first and acts on it then, so that after a crash the same is done again.
import { parseDuration } from "../shared/duration.ts";
import { capNodeMs, reservationNodeMs } from "./budget.ts";
import { suggest } from "./search/algorithm.ts";
import type { SweepSpec } from "./spec.ts";
import { allDecisions, pastOf, settledTrials } from "./standing.ts";
import type { Decision } from "./stopping/decisions.ts";
import { isOver, newTrial } from "./trial.ts";
import type { StopCause, Trial } from "./trial.ts";

/** Why no more trials are started. */
export const endReasons = {
  allTrials: "every trial was made",
  exhausted: "the grid has no further point",
  timeout: "the sweep's timeout is over",
  budget: "the budget pays for no further trial",
  tooManyFailures: "more trials failed than limits.maxFailedTrials allows",
  terminated: "somebody ended it",
} as const;
export type EndReason = keyof typeof endReasons;

export interface Situation {
  readonly trials: readonly Trial[];
  /** Milliseconds since the epoch: now, and when the sweep (last) began. */
  readonly now: number;
  readonly startedAt: number;
  /** Failures before this many trials were retried or the sweep resumed do not count. */
  readonly failuresForgiven: number;
  readonly terminateRequested: boolean;
  /** Trials that somebody wants to end. */
  readonly unwanted: ReadonlySet<number>;
}

export interface Next {
  readonly trials: readonly Trial[];
  /** Why it starts no more; running trials may still be ending. */
  readonly ending?: EndReason;
  readonly isOver: boolean;
}

export function advance(spec: SweepSpec, situation: Situation): Next {
  const decisions = allDecisions(spec, situation.trials);
  const judged = withVerdicts(situation.trials, decisions);
  const wished = judged.map((trial) => (situation.unwanted.has(trial.index) ? asked(trial, "user") : trial));
  const paid = withinBudget(spec, wished);
  const cause = endBefore(spec, { ...situation, trials: paid });
  if (cause !== undefined) {
    // Trials that are under way when the last one was made or the money is promised may end by themselves.
    const trials = cause === "allTrials" ? paid : paid.map((trial) => asked(trial, "sweepEnded"));
    return { trials, ending: cause, isOver: trials.every(isOver) };
  }
  const { trials, ending } = started(spec, paid, decisions);
  return {
    trials,
    ...(ending === undefined ? {} : { ending }),
    isOver: ending !== undefined && trials.every(isOver),
  };
}

/** A trial that ended while it waited for the verdict is stopped all the same: speed must change nothing. */
function withVerdicts(trials: readonly Trial[], decisions: readonly Decision[]): readonly Trial[] {
  const stops = new Map(decisions.filter(({ stop }) => stop).map(({ trial, at }) => [trial, at]));
  return trials.map((trial) => {
    const at = stops.get(trial.index);
    if (at === undefined || trial.stoppedAt !== undefined || trial.attempt > 1) return trial;
    return {
      ...asked(trial, "policy"),
      stoppedAt: at,
      ...(trial.state === "succeeded" ? { state: "stopped" as const } : {}),
    };
  });
}

function asked(trial: Trial, stopCause: StopCause): Trial {
  if (isOver(trial) || trial.state === "stopping") return trial;
  return { ...trial, state: "stopping", stopCause };
}

/** A trial that was run again needs what a run may cost once more, or ends. */
function withinBudget(spec: SweepSpec, trials: readonly Trial[]): readonly Trial[] {
  if (spec.budget === undefined) return trials;
  const cap = capNodeMs(spec.budget);
  const one = reservationNodeMs(spec.limits, spec.nodeCount);
  let free = cap - committed(trials);
  return trials.map((trial) => {
    const missing = trial.spent + one - trial.reserved;
    if (isOver(trial) || trial.state === "stopping" || missing <= 0) return trial;
    if (missing > free) return asked(trial, "budget");
    free -= missing;
    return { ...trial, reserved: trial.reserved + missing };
  });
}

/** Paid by trials that are over, promised to the others. */
export function committed(trials: readonly Trial[]): number {
  return trials.reduce(
    (sum, trial) => sum + (isOver(trial) ? trial.spent : Math.max(trial.reserved, trial.spent)),
    0,
  );
}

function endBefore(spec: SweepSpec, situation: Situation): EndReason | undefined {
  const { limits } = spec;
  if (situation.terminateRequested) return "terminated";
  const timeout = limits.timeout === undefined ? undefined : parseDuration(limits.timeout);
  if (timeout !== undefined && situation.now - situation.startedAt >= timeout) return "timeout";
  const failed =
    situation.trials.filter(({ state }) => state === "failed").length - situation.failuresForgiven;
  if (limits.maxFailedTrials !== undefined && failed >= limits.maxFailedTrials) return "tooManyFailures";
  return situation.trials.length >= limits.maxTrials ? "allTrials" : undefined;
}

/** As many new trials as there is room, money and knowledge for. */
function started(
  spec: SweepSpec,
  known: readonly Trial[],
  decisions: readonly Decision[],
): { readonly trials: readonly Trial[]; readonly ending?: EndReason } {
  const trials = [...known];
  const settled = settledTrials(spec, trials, decisions);
  const reserved = spec.budget === undefined ? 0 : reservationNodeMs(spec.limits, spec.nodeCount);
  const cap = spec.budget === undefined ? Number.POSITIVE_INFINITY : capNodeMs(spec.budget);
  let under = trials.filter((trial) => !isOver(trial)).length;
  let promised = committed(trials);
  while (under < spec.limits.maxConcurrentTrials && trials.length < spec.limits.maxTrials) {
    const index = trials.length;
    // What is promised to trials under way may come back.
    if (promised + reserved > cap) return under === 0 ? { trials, ending: "budget" } : { trials };
    const past = pastOf(spec, trials, settled, index);
    if (past === undefined) return { trials };
    const coordinates = suggest(spec.algorithm, spec.searchSpace, index, past);
    if (coordinates === undefined) return { trials, ending: "exhausted" };
    trials.push(newTrial(index, coordinates, reserved));
    promised += reserved;
    under += 1;
  }
  return { trials, ...(trials.length >= spec.limits.maxTrials ? { ending: "allTrials" } : {}) };
}
