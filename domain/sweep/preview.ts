// What a sweep would do first, before anything is paid: the first suggestions, and the plan of a policy with rungs.
import { suggest } from "./search/algorithm.ts";
import { flattened, valuesOf } from "./search/space.ts";
import type { SweepSpec } from "./spec.ts";
import { policyOf } from "./standing.ts";
import { bracketsOf, bracketOf, rungSteps } from "./stopping/rungs.ts";
import type { StoppingPolicy } from "./stopping/policy.ts";

export interface PlannedRung {
  readonly bracket: number;
  readonly rung: number;
  readonly endsAtStep: number;
  /** Trials that would get there if none failed. */
  readonly trials: number;
}

/** Suggestions that depend on results cannot be told before there are any: those are drawn as the first ones are. */
export function previewOf(spec: SweepSpec, count: number) {
  const { algorithm, limits } = spec;
  const learnsAt = algorithm.type === "tpe" ? algorithm.startupTrials + spec.lag : undefined;
  const shown = Math.min(count, limits.maxTrials, learnsAt ?? Number.MAX_SAFE_INTEGER);
  const suggestions = Array.from({ length: shown }, (_, index) =>
    suggest(algorithm, spec.searchSpace, index, []),
  )
    .filter((coordinates) => coordinates !== undefined)
    .map((coordinates, index) => ({
      trial: index,
      parameters: flattened(valuesOf(spec.searchSpace, coordinates)),
    }));
  const policy = policyOf(spec, 0);
  return {
    seed: algorithm.seed,
    suggestions,
    ...(learnsAt === undefined || learnsAt >= limits.maxTrials ? {} : { learnsFromTrial: learnsAt }),
    ...(policy === undefined ? {} : { rungs: rungsOf(policy, limits.maxTrials) }),
  };
}

function rungsOf(policy: StoppingPolicy, maxTrials: number): readonly PlannedRung[] {
  if (policy.type === "asha") return plannedRungs(policy, 0, 0, maxTrials);
  if (policy.type !== "hyperband") return [];
  const members = Array.from({ length: maxTrials }, (_, trial) => trial);
  return bracketsOf(policy).flatMap(({ number }) => {
    const own = members.filter((trial) => bracketOf(policy, trial).number === number);
    const [first] = own;
    return first === undefined ? [] : plannedRungs(policy, number, first, own.length);
  });
}

function plannedRungs(
  policy: Extract<StoppingPolicy, { type: "asha" | "hyperband" }>,
  bracket: number,
  trial: number,
  trials: number,
): readonly PlannedRung[] {
  const planned: PlannedRung[] = [];
  for (const [rung, endsAtStep] of rungSteps(policy, trial).entries()) {
    const there = Math.floor(trials / policy.reductionFactor ** rung);
    if (there < 1) break;
    planned.push({ bracket, rung, endsAtStep, trials: there });
  }
  return planned;
}
