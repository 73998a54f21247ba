// Policies that stop trials early: their shapes, and what makes one useless. What each decides is in rules.ts, where it
// looks in rungs.ts.
import { z } from "zod";
import { wholeNumber } from "../../shared/fields.ts";
import { bracketsOf, rungSteps } from "./rungs.ts";

const above0 = z.number().refine((value) => value > 0, { error: "expected a number above 0" });

/** An interval is one report of the objective's metric, as in Azure Machine Learning. */
const intervals = {
  evaluationInterval: wholeNumber(1, 1_000_000).default(1),
  delayEvaluation: wholeNumber(0, 1_000_000).default(0),
};

export const StoppingPolicy = z.discriminatedUnion(
  "type",
  [
    z.object({
      type: z.literal("bandit"),
      slackFactor: above0.optional(),
      slackAmount: above0.optional(),
      ...intervals,
    }),
    z.object({
      type: z.literal("median"),
      /** Other trials that must have got as far. */
      minTrials: wholeNumber(1, 10_000).default(3),
      ...intervals,
    }),
    z.object({
      type: z.literal("truncation"),
      percentage: wholeNumber(1, 99),
      /** Trials that ended before they got as far do not count. */
      excludeFinished: z.boolean().default(false),
      ...intervals,
    }),
    z.object({
      type: z.literal("asha"),
      /** The step at which the first rung ends. */
      minResource: wholeNumber(1),
      /** The step at which a trial ends by itself; no rung lies there. */
      maxResource: wholeNumber(2).optional(),
      reductionFactor: wholeNumber(2, 100).default(4),
      /** Rungs to leave out at the beginning. */
      minEarlyStoppingRate: wholeNumber(0, 20).default(0),
    }),
    z.object({
      type: z.literal("hyperband"),
      minResource: wholeNumber(1),
      maxResource: wholeNumber(2),
      reductionFactor: wholeNumber(2, 100).default(3),
    }),
  ],
  { error: "expected a policy with a type of bandit, median, truncation, asha or hyperband" },
);
export type StoppingPolicy = z.infer<typeof StoppingPolicy>;

export interface PolicyProblem {
  /** Member of the policy; "" for the whole. */
  readonly path: string;
  readonly message: string;
}

/** Why the policy contradicts itself, or could never stop anything. */
export function policyProblem(policy: StoppingPolicy, maxTrials: number): PolicyProblem | undefined {
  if (maxTrials === 1)
    return { path: "", message: "can never stop anything: there is one trial only; leave it out" };
  switch (policy.type) {
    case "bandit":
      if ((policy.slackFactor === undefined) !== (policy.slackAmount === undefined)) return undefined;
      return { path: "", message: "needs either slackFactor or slackAmount" };
    case "median":
      if (policy.minTrials < maxTrials) return undefined;
      return {
        path: "minTrials",
        message: `is ${policy.minTrials}: it must be below maxTrials, which is ${maxTrials}`,
      };
    case "truncation": {
      const needed = Math.ceil(100 / policy.percentage);
      if (needed <= maxTrials) return undefined;
      return {
        path: "percentage",
        message: `is ${policy.percentage}: that is less than one of maxTrials (${maxTrials}); it needs ${needed} trials`,
      };
    }
    case "asha":
      if (rungSteps(policy, 0).length > 0) return undefined;
      return { path: "maxResource", message: "leaves no rung below it; raise it, or lower minResource" };
    case "hyperband":
      if (bracketsOf(policy).length > 1) return undefined;
      return {
        path: "maxResource",
        message: `must be at least reductionFactor times minResource, ${policy.reductionFactor * policy.minResource}`,
      };
  }
}
