// What a sweep is after: the best value of one metric. Inside, smaller is better, and a value that is no number is worse than
// any number.
import { z } from "zod";
import { text } from "../shared/fields.ts";

export const Goal = z.enum(["minimize", "maximize"], { error: "expected 'minimize' or 'maximize'" });
export type Goal = z.infer<typeof Goal>;

export const Objective = z.object({
  /** Name of the metric, as trials report it. */
  metric: text(256),
  goal: Goal,
});
export type Objective = z.infer<typeof Objective>;

/** Of any metric: of those that the sweep is not after, the smallest value is the best. */
export function goalOf(objective: Objective, metric: string): Goal {
  return metric === objective.metric ? objective.goal : "minimize";
}

export function lossOf(goal: Goal, value: number): number {
  if (Number.isNaN(value)) return Number.POSITIVE_INFINITY;
  return goal === "minimize" ? value : -value;
}

/** The value that has this loss. */
export function valueOfLoss(goal: Goal, loss: number): number {
  return goal === "minimize" ? loss : 0 - loss;
}
