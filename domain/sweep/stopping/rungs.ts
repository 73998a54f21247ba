// Where a policy looks at a trial: at some of its reports (intervals), or at the end of rungs whose length grows by a factor.
// Hyperband is successive halving in several brackets that begin at different rungs; a trial's bracket follows from its index.
import type { StoppingPolicy } from "./policy.ts";

type Halving = Extract<StoppingPolicy, { type: "asha" | "hyperband" }>;
type Hyperband = Extract<StoppingPolicy, { type: "hyperband" }>;

/** No trial reports more steps than this. */
const mostRungs = 40;

export interface Bracket {
  readonly number: number;
  /** Rungs left out at the beginning. */
  readonly skipped: number;
  /** Trials of this bracket in one round of all brackets. */
  readonly trials: number;
}

/** The most eager bracket first. Sizes as in L. Li et al., "Hyperband", JMLR 18 (2018), algorithm 1. */
export function bracketsOf({
  minResource,
  maxResource,
  reductionFactor: factor,
}: Hyperband): readonly Bracket[] {
  let most = 0;
  while (minResource * factor ** (most + 1) <= maxResource) most += 1;
  return Array.from({ length: most + 1 }, (_, number) => {
    const halvings = most - number;
    return { number, skipped: number, trials: Math.ceil(((most + 1) / (halvings + 1)) * factor ** halvings) };
  });
}

export function bracketOf(policy: Hyperband, trial: number): Bracket {
  const brackets = bracketsOf(policy);
  let place = trial % brackets.reduce((sum, { trials }) => sum + trials, 0);
  for (const bracket of brackets) {
    if (place < bracket.trials) return bracket;
    place -= bracket.trials;
  }
  throw new Error("a round of brackets is shorter than its brackets");
}

/** The trials with which this one is compared: those of the same bracket. */
export function groupOf(policy: StoppingPolicy, trial: number): number {
  return policy.type === "hyperband" ? bracketOf(policy, trial).number : 0;
}

/** The steps at which the rungs of a trial end, in order. */
export function rungSteps(policy: Halving, trial: number): readonly number[] {
  const skipped = policy.type === "asha" ? policy.minEarlyStoppingRate : bracketOf(policy, trial).skipped;
  const last = policy.maxResource ?? Number.MAX_SAFE_INTEGER;
  const steps: number[] = [];
  for (let rung = 0; rung < mostRungs; rung += 1) {
    const step = policy.minResource * policy.reductionFactor ** (skipped + rung);
    if (step >= last) break;
    steps.push(step);
  }
  return steps;
}
