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

export function lossOf(goal: Goal, value: number): number {
  if (Number.isNaN(value)) return Number.POSITIVE_INFINITY;
  return goal === "minimize" ? value : -value;
}

/** The value that has this loss. */
export function valueOfLoss(goal: Goal, loss: number): number {
  return goal === "minimize" ? loss : 0 - loss;
}

/** JSON has no word for these three. */
export const WireNumber = z.union([z.number(), z.enum(["NaN", "Infinity", "-Infinity"])]);
export type WireNumber = z.infer<typeof WireNumber>;

export function toWireNumber(value: number): WireNumber {
  if (Number.isFinite(value)) return value;
  return Number.isNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity";
}

/** JSON of what may hold any number. */
export function textOfNumbers(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) =>
    typeof member === "number" ? toWireNumber(member) : member,
  );
}

/** A number as documents hold it, any number at all inside. */
export const AnyNumber = WireNumber.transform(Number);
