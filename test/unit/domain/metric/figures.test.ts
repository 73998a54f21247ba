import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { emptyCurve, mostBuckets, reduced, withPoints } from "../../../../domain/metric/curve.ts";
import type { Curve } from "../../../../domain/metric/curve.ts";
import { bestOf, withPoint } from "../../../../domain/metric/figures.ts";
import type { Figures } from "../../../../domain/metric/figures.ts";
import { byPlace, ordered, withoutRepetitions } from "../../../../domain/metric/point.ts";
import type { Point } from "../../../../domain/metric/point.ts";

const points = fc.array(
  fc.record({
    step: fc.nat(30),
    value: fc.oneof(fc.double({ noNaN: true }), fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY)),
    time: fc.option(fc.nat(3), { nil: undefined }),
  }),
  { minLength: 1, maxLength: 60 },
);

function shuffled<Item>(items: readonly Item[], keys: readonly number[]): readonly Item[] {
  return items
    .map((item, at) => ({ item, key: keys[at % keys.length] ?? 0 }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);
}

const someKeys = fc.array(fc.nat(1000), { minLength: 60, maxLength: 60 });
const figuresOf = (of: readonly Point[]) => of.reduce<Figures | undefined>(withPoint, undefined);
/** One value for each place, so that there is one last value. */
const distinct = (of: readonly Point[]) => [
  ...new Map(of.map((point) => [`${point.step} ${point.time ?? 0}`, point])).values(),
];

describe("a point", () => {
  it("is known by its step; with a time, by step, time and value", () => {
    const of = [
      { step: 1, value: 5 },
      { step: 1, value: 6 },
      { step: 1, value: 5, time: 7 },
      { step: 1, value: 6, time: 7 },
      { step: 1, value: 6, time: 7 },
      { step: 0, value: 6, time: 8 },
    ];
    expect(withoutRepetitions(of)).toEqual([of[0], of[2], of[3], of[5]]);
    expect(ordered(of)).toEqual([of[5], of[0], of[2], of[3]]);
  });
});

describe("the figures of a metric", () => {
  it("are last, least and greatest with their first steps, and numbers count before NaN", () => {
    const figures = figuresOf([
      { step: 1, value: Number.NaN },
      { step: 2, value: 5 },
      { step: 4, value: 1 },
      { step: 3, value: 5 },
    ]);
    expect(figures).toEqual({ n: 4, last: 1, lastStep: 4, min: 1, minStep: 4, max: 5, maxStep: 2 });
    if (figures === undefined) return;
    expect(bestOf(figures, "maximize")).toEqual({ best: 5, bestStep: 2 });
    expect(bestOf(figures, "minimize")).toEqual({ best: 1, bestStep: 4 });
  });

  it("have the value that came latest where programs log one step again and again", () => {
    const figures = figuresOf([
      { step: 0, value: 3, time: 30 },
      { step: 0, value: 1, time: 10 },
      { step: 0, value: 2, time: 20 },
    ]);
    expect(figures).toMatchObject({ n: 3, last: 3, lastStep: 0, lastTime: 30, min: 1, max: 3 });
  });

  it("do not change with the order in which the points come", () => {
    fc.assert(
      fc.property(points, someKeys, (of, keys) => {
        expect(figuresOf(shuffled(distinct(of), keys))).toEqual(figuresOf(distinct(of)));
      }),
    );
  });
});

describe("a curve", () => {
  const extremes = (of: readonly { min: number; max: number }[]) => [
    Math.min(...of.map(({ min }) => min).filter((value) => !Number.isNaN(value))),
    Math.max(...of.map(({ max }) => max).filter((value) => !Number.isNaN(value))),
  ];

  it("keeps its extremes and its points' number when a chart asks for few buckets", () => {
    const of = Array.from({ length: 10_000 }, (_, step) => ({
      step,
      value: step === 4321 ? 99 : Math.sin(step),
    }));
    let curve: Curve = emptyCurve;
    for (let start = 0; start < of.length; start += 1000)
      curve = withPoints(curve, of.slice(start, start + 1000));
    expect(curve.buckets.length).toBeLessThanOrEqual(mostBuckets);
    expect(curve.buckets.length).toBeGreaterThan(mostBuckets / 2);
    const buckets = reduced(curve, 100);
    expect(buckets.length).toBeGreaterThan(50);
    expect(buckets.length).toBeLessThanOrEqual(100);
    expect(Math.max(...buckets.map(({ max }) => max))).toBe(99);
    expect(buckets.reduce((sum, { n }) => sum + n, 0)).toBe(10_000);
    expect(buckets.at(-1)).toMatchObject({ to: { step: 9999 }, last: Math.sin(9999) });
  });

  it("of few points has each of them", () => {
    const of = [
      { step: 3, value: 1 },
      { step: 1, value: Number.NaN },
      { step: 2, value: 7 },
    ];
    const buckets = reduced(withPoints(emptyCurve, of), 100);
    expect(buckets.map(({ from, last }) => [from.step, last])).toEqual([
      [1, Number.NaN],
      [2, 7],
      [3, 1],
    ]);
  });

  it("stands in order and loses nothing, whatever the order of the points and their parts", () => {
    fc.assert(
      fc.property(
        points,
        someKeys,
        fc.integer({ min: 1, max: 7 }),
        fc.integer({ min: 1, max: 9 }),
        (of, keys, part, width) => {
          const all = shuffled(distinct(of), keys);
          let curve: Curve = { ...emptyCurve, width };
          for (let start = 0; start < all.length; start += part)
            curve = withPoints(curve, all.slice(start, start + part));
          const { buckets } = curve;
          expect(buckets.reduce((sum, { n }) => sum + n, 0)).toBe(all.length);
          expect(extremes(buckets)).toEqual(extremes(all.map(({ value }) => ({ min: value, max: value }))));
          for (const [at, { from, to }] of buckets.entries()) {
            expect(byPlace(from, to)).toBeLessThanOrEqual(0);
            const next = buckets[at + 1];
            if (next !== undefined) expect(byPlace(to, next.from)).toBeLessThan(0);
          }
        },
      ),
    );
  });
});
