// What a series comes to: figures that do not depend on the order in which its points came.
import { z } from "zod";
import { AnyNumber } from "./number.ts";
import { byPlace } from "./point.ts";
import type { Point } from "./point.ts";

export const Figures = z.object({
  /** How many points. */
  n: z.int(),
  /** At the highest step; of several there, at the latest time. */
  last: AnyNumber,
  lastStep: z.number(),
  lastTime: z.number().optional(),
  /** Only numbers count, unless there is none. */
  min: AnyNumber,
  minStep: z.number(),
  max: AnyNumber,
  maxStep: z.number(),
});
export type Figures = z.infer<typeof Figures>;

/** @param point that is no repetition of one that is in the figures. */
export function withPoint(figures: Figures | undefined, { step, value: said, time }: Point): Figures {
  // JSON knows no -0, so that there must be none to be kept.
  const value = said + 0;
  const last = { last: value, lastStep: step, ...(time === undefined ? {} : { lastTime: time }) };
  if (figures === undefined) return { n: 1, ...last, min: value, minStep: step, max: value, maxStep: step };
  const { lastTime, ...before } = figures;
  const isLater = byPlace({ step, time }, { step: figures.lastStep, time: lastTime }) > 0;
  return {
    ...before,
    ...(isLater ? last : lastTime === undefined ? {} : { lastTime }),
    n: figures.n + 1,
    ...(isBefore(value, step, figures.min, figures.minStep) ? { min: value, minStep: step } : {}),
    ...(isBefore(-value, step, -figures.max, figures.maxStep) ? { max: value, maxStep: step } : {}),
  };
}

/** Whether the first is the smaller one, or came at an earlier step. */
function isBefore(value: number, step: number, other: number, otherStep: number): boolean {
  if (Number.isNaN(value)) return Number.isNaN(other) && step < otherStep;
  return Number.isNaN(other) || value < other || (value === other && step < otherStep);
}

/** The value that a goal likes most, and its first step. */
export function bestOf(
  { min, minStep, max, maxStep }: Figures,
  goal: "minimize" | "maximize",
): { readonly best: number; readonly bestStep: number } {
  return goal === "minimize" ? { best: min, bestStep: minStep } : { best: max, bestStep: maxStep };
}
