// A series of any length as a chart needs it: at most two thousand buckets of neighbouring points, each with its extremes, so
// that no peak is lost. Points may come in any order; when the buckets become too many, neighbours are merged.
import { byPlace, ordered } from "./point.ts";
import type { Place, Point } from "./point.ts";

export interface Bucket {
  /** How many points. */
  readonly n: number;
  readonly from: Place;
  readonly to: Place;
  readonly min: number;
  readonly max: number;
  /** At its end. */
  readonly last: number;
}

export interface Curve {
  /** Points to a bucket; points that came out of order make some of them fuller. */
  readonly width: number;
  readonly buckets: readonly Bucket[];
}

export const mostBuckets = 2000;
export const emptyCurve: Curve = { width: 1, buckets: [] };

/** @param points none of which is in the curve. */
export function withPoints({ width, buckets }: Curve, points: readonly Point[]): Curve {
  const all = [...buckets];
  for (const point of ordered(points)) insert(all, width, bucketOf(point));
  let curve: Curve = { width, buckets: all };
  while (curve.buckets.length > mostBuckets)
    curve = { width: curve.width * 2, buckets: inGroups(curve.buckets, 2) };
  return curve;
}

/** At most `count` buckets. */
export function reduced({ buckets }: Curve, count: number): readonly Bucket[] {
  return inGroups(buckets, Math.max(1, Math.ceil(buckets.length / count)));
}

function bucketOf({ step, time, value }: Point): Bucket {
  const place = time === undefined ? { step } : { step, time };
  return { n: 1, from: place, to: place, min: value, max: value, last: value };
}

function insert(buckets: Bucket[], width: number, one: Bucket): void {
  const at = lastNotAfter(buckets, one.from);
  const found = buckets[at];
  const isInside = found !== undefined && byPlace(one.from, found.to) <= 0;
  if (found !== undefined && (isInside || found.n < width)) buckets[at] = merged(found, one);
  else {
    const next = buckets[at + 1];
    if (next !== undefined && next.n < width) buckets[at + 1] = merged(one, next);
    else buckets.splice(at + 1, 0, one);
  }
}

/** The last bucket that begins there or before; -1: none does. */
function lastNotAfter(buckets: readonly Bucket[], place: Place): number {
  const last = buckets.at(-1);
  if (last === undefined || byPlace(last.from, place) <= 0) return buckets.length - 1;
  let [low, high] = [0, buckets.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    const { from } = buckets[middle] ?? last;
    if (byPlace(from, place) <= 0) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

function inGroups(buckets: readonly Bucket[], size: number): readonly Bucket[] {
  if (size === 1) return buckets;
  const groups: Bucket[] = [];
  for (let start = 0; start < buckets.length; start += size) {
    const [first, ...rest] = buckets.slice(start, start + size);
    if (first !== undefined) groups.push(rest.reduce(merged, first));
  }
  return groups;
}

/** @param b begins at or after `a`'s beginning. */
function merged(a: Bucket, b: Bucket): Bucket {
  const isFurther = byPlace(b.to, a.to) > 0;
  return {
    n: a.n + b.n,
    from: a.from,
    to: isFurther ? b.to : a.to,
    min: extreme(Math.min, a.min, b.min),
    max: extreme(Math.max, a.max, b.max),
    last: isFurther ? b.last : a.last,
  };
}

function extreme(pick: (a: number, b: number) => number, a: number, b: number): number {
  if (Number.isNaN(a)) return b;
  return Number.isNaN(b) ? a : pick(a, b);
}
