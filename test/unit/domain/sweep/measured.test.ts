// What trials took is known from when they started and ended; a forecast by it is of the very run.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Expectations } from "../../../../domain/sweep/expectations.ts";
import { forecast } from "../../../../domain/sweep/forecast.ts";
import { measured } from "../../../../domain/sweep/measured.ts";
import { sweepSpec } from "../../../../domain/sweep/spec-rules.ts";
import { SweepRequest } from "../../../../domain/sweep/spec.ts";
import type { SweepSpec } from "../../../../domain/sweep/spec.ts";
import { newTrial } from "../../../../domain/sweep/trial.ts";
import type { Trial } from "../../../../domain/sweep/trial.ts";

const start = Date.UTC(2026, 10, 1);
const at = (ms: number) => new Date(start + ms).toISOString();

function ended(index: number, from: number, until: number, more: Partial<Trial> = {}): Trial {
  const spent = until - from;
  return {
    ...newTrial(index, {}, 0),
    ...{ state: "succeeded", startTime: at(from), endTime: at(until), spent },
    ...more,
  };
}

function specOf(maxTrials: number, maxConcurrentTrials: number, type = "random") {
  const { properties } = SweepRequest.parse({
    properties: {
      trial: { properties: {} },
      searchSpace: { X: { type: "uniform", min: 0, max: 1 } },
      objective: { metric: "loss", goal: "minimize" },
      algorithm: { type, seed: 1 },
      limits: { maxTrials, maxConcurrentTrials },
    },
  });
  return sweepSpec(properties, properties.searchSpace, { seed: 1, nodeCount: 1 });
}

const of = (trials: readonly Trial[], places = 2) => measured(specOf(50, places), trials, start);

describe("what trials took", () => {
  it("is how long each was on its node, and how long it waited since there was room for it", () => {
    const found = of([ended(0, 100, 1100), ended(1, 200, 3200), ended(2, 1500, 2500), ended(3, 2600, 2700)]);
    expect(found).toEqual({
      trials: 4,
      workMs: [1000, 3000, 1000, 100],
      delayMs: [100, 200, 400, 100],
      usualDelayMs: 200,
    });
  });

  it("is not known of trials that were stopped, nor their waiting of those that ran again", () => {
    const found = of([
      ended(0, 0, 1000),
      ended(1, 0, 500, { state: "stopped" }),
      ended(2, 600, 900, { attempt: 2 }),
    ]);
    expect(found).toMatchObject({ trials: 2, workMs: [1000, undefined, 300], delayMs: [0, 0] });
    expect(of([ended(1, 0, 500, { state: "stopped" }), newTrial(2, {}, 0)])).toBeUndefined();
  });

  it("leaves out the time in which the sweep had ended, before it was extended", () => {
    const found = of([ended(0, -90_000, -80_000), ended(1, 50, 100)], 1);
    expect(found).toMatchObject({ trials: 2, usualDelayMs: 50 });
  });
});

/** Trials get places as they are free; TPE's wait for those before them, too. */
function happened(spec: SweepSpec, trials: readonly { work: number; delay: number }[]): readonly Trial[] {
  const free = Array<number>(spec.limits.maxConcurrentTrials).fill(0);
  const ends: number[] = [];
  return trials.map(({ work, delay }, index) => {
    free.sort((a, b) => a - b);
    const learned = spec.algorithm.type === "tpe" ? ends.slice(0, Math.max(0, index - spec.lag + 1)) : [];
    const from = Math.max(free[0] ?? 0, ...learned) + delay;
    free[0] = from + work;
    ends.push(from + work);
    return ended(index, from, from + work);
  });
}

describe("a forecast by what was measured", () => {
  it("of the same spec ends when the run ended, and costs the same", () => {
    const work = fc.integer({ min: 1, max: 1e6 });
    const delay = fc.integer({ min: 0, max: 1e5 });
    const runs = fc.record({
      type: fc.constantFrom("random", "tpe"),
      places: fc.integer({ min: 1, max: 5 }),
      trials: fc.array(fc.record({ work, delay }), { minLength: 5, maxLength: 30 }),
    });
    fc.assert(
      fc.property(runs, ({ type, places, trials }) => {
        const spec = specOf(trials.length, places, type);
        const run = happened(spec, trials);
        const told = forecast(spec, Expectations.parse({}), measured(spec, run, start));
        const wall = Math.max(...run.map(({ endTime }) => Date.parse(endTime ?? "") - start));
        const cost = run.reduce((sum, { spent }) => sum + spent, 0);
        expect(told.seconds.median).toBeCloseTo(wall / 1000, 3);
        expect(told.nodeHours.median).toBeCloseTo(cost / 3_600_000, 6);
      }),
    );
  });

  it("draws what is not known from what is, and goes on beyond it", () => {
    const run = [ended(0, 0, 1000), ended(1, 0, 3000)];
    const told = forecast(specOf(40, 1), Expectations.parse({}), of(run, 2));
    expect(told.measuredTrials).toBe(2);
    expect(told.seconds.low).toBeGreaterThan(50);
    expect(told.seconds.high).toBeLessThan(120);
    expect(told.seconds.low).toBeLessThan(told.seconds.high);
  });
});

describe("expectations", () => {
  it.each([
    [{ trialDuration: "PT1S", trialDurations: ["PT1S"] }, "not both"],
    [{ trialDuration: "PT1S", currency: "EUR" }, "both pricePerNodeHour and currency"],
    [{ trialDuration: "PT1S", currency: "euro", pricePerNodeHour: 1 }, "three capital letters"],
    [{ trialDurations: [] }, "trialDurations"],
  ])("%j are refused: %s", (given, why) => {
    expect(JSON.stringify(Expectations.safeParse(given).error?.issues)).toContain(why);
  });

  it("of durations trial by trial, and of a price, are taken as they are", () => {
    const given = { trialDurations: ["PT1M", "PT2M", "PT3M"], pricePerNodeHour: 30, currency: "EUR" };
    const told = forecast(specOf(3, 1), Expectations.parse(given));
    expect(told).toMatchObject({ seconds: { median: 360 }, currency: "EUR" });
    expect(told.amount?.median).toBeCloseTo(3);
  });
});
