// One metric of one trial: its points, packed for tables, and the figures that follow from them. The figures do not depend on
// the order of the points, and a point that comes twice changes nothing.
import { z } from "zod";
import { AnyNumber, lossOf } from "../objective.ts";
import type { Goal } from "../objective.ts";

export interface Point {
  readonly step: number;
  readonly value: number;
}

/** One entity for each point would be a million of them for a thousand trials of a thousand steps. */
export const pointsPerChunk = 1000;

export const Figures = z.object({
  /** At the highest step. */
  last: AnyNumber,
  lastStep: z.number(),
  /** By the objective's goal; for other metrics the smallest. Only numbers count, unless there is none. */
  best: AnyNumber,
  bestStep: z.number(),
  min: AnyNumber,
  max: AnyNumber,
});
export type Figures = z.infer<typeof Figures>;

export function withPoint(figures: Figures | undefined, { step, value }: Point, goal: Goal): Figures {
  if (figures === undefined)
    return { last: value, lastStep: step, best: value, bestStep: step, min: value, max: value };
  const isLater = step > figures.lastStep;
  const [loss, before] = [lossOf(goal, value), lossOf(goal, figures.best)];
  const isBetter =
    loss < before || (loss === before && Object.is(value, figures.best) && step < figures.bestStep);
  return {
    last: isLater ? value : figures.last,
    lastStep: isLater ? step : figures.lastStep,
    best: isBetter ? value : figures.best,
    bestStep: isBetter ? step : figures.bestStep,
    min: extreme(Math.min, figures.min, value),
    max: extreme(Math.max, figures.max, value),
  };
}

function extreme(pick: (a: number, b: number) => number, before: number, value: number): number {
  if (Number.isNaN(before)) return value;
  return Number.isNaN(value) ? before : pick(before, value);
}

/** In order of steps; of several at one step the first that came. */
export function ordered(points: readonly Point[]): readonly Point[] {
  const first = new Map<number, Point>();
  for (const point of points) if (!first.has(point.step)) first.set(point.step, point);
  return [...first.values()].sort((a, b) => a.step - b.step);
}

export interface Bucket {
  readonly fromStep: number;
  readonly toStep: number;
  readonly min: number;
  readonly max: number;
  readonly last: number;
}

/** At most `count` buckets of neighbouring points: a chart loses no peak. */
export function bucketed(points: readonly Point[], count: number): readonly Bucket[] {
  const all = ordered(points);
  const size = Math.max(1, Math.ceil(all.length / count));
  const buckets: Bucket[] = [];
  for (let start = 0; start < all.length; start += size) {
    const [first, ...rest] = all.slice(start, start + size);
    if (first === undefined) break;
    const last = rest.at(-1) ?? first;
    buckets.push({
      fromStep: first.step,
      toStep: last.step,
      min: rest.reduce((least, { value }) => extreme(Math.min, least, value), first.value),
      max: rest.reduce((most, { value }) => extreme(Math.max, most, value), first.value),
      last: last.value,
    });
  }
  return buckets;
}
