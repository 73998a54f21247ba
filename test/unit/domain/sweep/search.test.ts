import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Algorithm, algorithmProblems, suggest } from "../../../../domain/sweep/search/algorithm.ts";
import {
  distributionOf,
  gridOf,
  coordinateAt,
  valueAt,
} from "../../../../domain/sweep/search/distribution.ts";
import { normalCdf, normalQuantile } from "../../../../domain/sweep/search/normal.ts";
import { Parameter } from "../../../../domain/sweep/search/parameter.ts";
import type { SearchSpace } from "../../../../domain/sweep/search/parameter.ts";
import { parzen } from "../../../../domain/sweep/search/parzen.ts";
import { draws, philox } from "../../../../domain/sweep/search/random.ts";
import { sobolBits, sobolPoint } from "../../../../domain/sweep/search/sobol.ts";
import { dimensionsOf, flattened, spaceProblems, valuesOf } from "../../../../domain/sweep/search/space.ts";

const seeded = (type: string, more: object = {}) => ({ ...Algorithm.parse({ type, ...more }), seed: 7 });
const space = (parameters: Record<string, unknown>): SearchSpace =>
  Object.fromEntries(
    Object.entries(parameters).map(([name, parameter]) => [name, Parameter.parse(parameter)]),
  );
const suggestions = (algorithm: ReturnType<typeof seeded>, of: SearchSpace, count: number) =>
  Array.from({ length: count }, (_, index) => valuesOf(of, suggest(algorithm, of, index, []) ?? {}));

describe("random numbers by counter", () => {
  it("are those of the published Philox4x32-10", () => {
    const hex = (words: readonly number[]) =>
      words.map((word) => word.toString(16).padStart(8, "0")).join(" ");
    expect(hex(philox([0, 0, 0, 0], [0, 0]))).toBe("6627e8d5 e169c58d bc57ac4c 9b00dbd8");
    const ones = 0xffffffff;
    expect(hex(philox([ones, ones, ones, ones], [ones, ones]))).toBe("408f276d 41c83b0e a20bc7c6 6d5451fd");
  });

  it("depend on seed, stream, index and position, and are even from 0 to 1", () => {
    const first = (seed: number, stream: string, index: number) => draws(seed, stream, index)();
    expect(first(1, "a", 0)).toBe(first(1, "a", 0));
    expect(
      new Set([
        first(1, "a", 0),
        first(2, "a", 0),
        first(1, "b", 0),
        first(1, "a", 1),
        first(2 ** 40, "a", 0),
      ]).size,
    ).toBe(5);
    const draw = draws(3, "even", 0);
    const all = Array.from({ length: 20_000 }, draw);
    expect(all.reduce((sum, value) => sum + value, 0) / all.length).toBeCloseTo(0.5, 1);
    expect(all.every((value) => value >= 0 && value < 1)).toBe(true);
  });
});

describe("the normal distribution", () => {
  // Values of scipy.stats.norm.
  it.each([
    [-8, 6.220960574271785e-16],
    [-4.5, 3.3976731247300535e-6],
    [-1, 0.15865525393145707],
    [0.5, 0.6914624612740131],
    [3, 0.9986501019683699],
  ])("below %d lies %d", (x, p) => {
    expect(Math.abs(normalCdf(x) / p - 1)).toBeLessThan(1e-12);
    expect(normalQuantile(p)).toBeCloseTo(x, 9);
  });
});

describe("Sobol points", () => {
  it("are the published ones before they are scrambled", () => {
    // scipy.stats.qmc.Sobol(d, scramble=False), whose order differs (Gray code) and whose set of 8 is the same.
    const points = (dimension: number) =>
      Array.from({ length: 8 }, (_, index) => sobolBits(dimension, index) / 2 ** 32);
    expect(points(0)).toEqual([0, 0.5, 0.25, 0.75, 0.125, 0.625, 0.375, 0.875]);
    expect(points(1)).toEqual([0, 0.5, 0.75, 0.25, 0.625, 0.125, 0.375, 0.875]);
  });

  it("put one of every 2ⁿ into each 2ⁿth of each dimension, scrambled or not", () => {
    for (const dimension of [0, 1, 2, 7, 20])
      for (const seed of [1, 2]) {
        const cells = Array.from({ length: 64 }, (_, index) =>
          Math.floor(sobolPoint(seed, dimension, index) * 64),
        );
        expect(new Set(cells).size).toBe(64);
      }
    expect(sobolPoint(1, 3, 5)).not.toBe(sobolPoint(2, 3, 5));
  });
});

describe("parameters", () => {
  it.each([
    [{ type: "choice", values: ["a", 2, true] }, ["a", 2, true]],
    [{ type: "discrete", values: [0.1, 0.2] }, [0.1, 0.2]],
    [{ type: "integer", min: 1, max: 10, step: 4 }, [1, 5, 9]],
    [{ type: "integer", min: 1, max: 1000, scale: "log", numValues: 4 }, [1, 10, 100, 1000]],
    [{ type: "real", min: 0, max: 1, numValues: 3 }, [0, 0.5, 1]],
    [{ type: "real", min: 0.1, max: 0.5, step: 0.1 }, [0.1, 0.2, 0.3, 0.4, 0.5]],
    [{ type: "quniform", min: 0, max: 1, q: 0.25 }, [0, 0.25, 0.5, 0.75, 1]],
    [{ type: "randint", upper: 3 }, [0, 1, 2]],
    [{ type: "dict", values: [{ k: 1 }, { k: 2 }] }, [{ k: 1 }, { k: 2 }]],
  ])("%j has the grid %j", (given, grid) => {
    const parameter = Parameter.parse(given);
    expect(gridOf(parameter)?.map((at) => valueAt(parameter, at))).toEqual(grid);
  });

  it.each([
    { type: "integer", min: -3, max: 12 },
    { type: "integer", min: 4, max: 900, scale: "log", step: 7 },
    { type: "real", min: -1, max: 2 },
    { type: "loguniform", min: 1e-6, max: 1 },
    { type: "quniform", min: -1, max: 1, q: 0.1 },
    { type: "qloguniform", min: 0.2, max: 90, q: 5 },
    { type: "randint", upper: 5 },
    { type: "choice", values: [1, 2, 3] },
  ])("%j never leaves its range or its steps", (given) => {
    const distribution = distributionOf(Parameter.parse(given));
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (u) => {
        const at = coordinateAt(distribution, u);
        if (distribution.kind === "categorical")
          return Number.isInteger(at) && at >= 0 && at < distribution.count;
        const { low, high, step } = distribution;
        const steps = step === undefined ? 0 : (at - low) / step;
        return at >= low && at <= high && Math.abs(steps - Math.round(steps)) < 1e-6;
      }),
    );
  });

  it("of a normal kind have the mean and deviation that are asked for", () => {
    const of = space({ N: { type: "normal", mu: 5, sigma: 2 }, L: { type: "lognormal", mu: 0, sigma: 1 } });
    const all = suggestions(seeded("sobol"), of, 1024);
    const values = all.map(({ N }) => Number(N));
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(mean).toBeCloseTo(5, 1);
    expect(
      Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length),
    ).toBeCloseTo(2, 1);
    expect(all.filter(({ L }) => Number(L) < 1).length / 1024).toBeCloseTo(0.5, 1);
  });

  it("are problems with a field and a remedy when they make no sense", () => {
    const problemsOf = (parameters: Record<string, unknown>) =>
      spaceProblems(space(parameters)).map(({ path, message }) => `${path} ${message}`);
    expect(problemsOf({})[0]).toContain("no parameter");
    expect(problemsOf({ A: { type: "uniform", min: 2, max: 1 } })).toEqual([
      "A.max is 1; it must be above min, which is 2",
    ]);
    expect(problemsOf({ A: { type: "loguniform", min: 0, max: 1 } })).toEqual([
      "A.min is 0; on a logarithmic scale it must be above 0",
    ]);
    expect(problemsOf({ A: { type: "quniform", min: 0, max: 1, q: 2 } })[0]).toContain(
      "A.q is 2, wider than the range",
    );
    expect(problemsOf({ A: { type: "integer", min: 2, max: 90, step: 7, scale: "log" } })[0]).toContain(
      "below twice min",
    );
    expect(problemsOf({ A: { type: "integer", min: 0.5, max: 3 } })[0]).toContain("whole numbers");
    expect(problemsOf({ A: { type: "choice", values: [1, 1] } })[0]).toContain(
      "A.values[1] is 1, which is there before",
    );
    expect(problemsOf({ A: { type: "dict", values: [{ x: 1 }, { y: 1 }] } })[0]).toContain(
      "A.values[1] must have the keys",
    );
    expect(
      problemsOf({ A: { type: "dict", values: [{ x: 1 }] }, A__x: { type: "choice", values: [1] } }).at(-1),
    ).toContain("gives PARAM_A__x, and so does");
    const when = (parameter: string, values: unknown[]) => ({
      type: "uniform",
      min: 0,
      max: 1,
      when: { parameter, in: values },
    });
    expect(problemsOf({ A: when("B", [1]) })[0]).toContain("'B', which is not in the search space");
    expect(problemsOf({ A: when("B", [3]), B: { type: "choice", values: [1] } })[0]).toContain(
      "is not a value of 'B'",
    );
    expect(problemsOf({ A: when("B", [1]), B: { type: "uniform", min: 0, max: 1 } })[0]).toContain(
      "only a choice",
    );
    const choice = (parameter: string) => ({ type: "choice", values: [1], when: { parameter, in: [1] } });
    expect(problemsOf({ A: choice("B"), B: choice("A") })[0]).toContain("break the circle");
  });
});

const optimizer = space({
  KIND: { type: "choice", values: ["sgd", "adam"] },
  MOMENTUM: { type: "choice", values: [0, 0.9], when: { parameter: "KIND", in: ["sgd"] } },
  LR: { type: "discrete", values: [1, 2] },
});

describe("grid search", () => {
  it("takes every combination once, and a parameter only where it exists", () => {
    const all = suggestions(seeded("grid"), optimizer, 6).map((values) =>
      ["KIND", "LR", "MOMENTUM"].map((name) => JSON.stringify(values[name] ?? null)).join(" "),
    );
    expect(new Set(all)).toEqual(
      new Set(['"sgd" 1 0', '"sgd" 1 0.9', '"sgd" 2 0', '"sgd" 2 0.9', '"adam" 1 null', '"adam" 2 null']),
    );
    expect(suggest(seeded("grid"), optimizer, 6, [])).toBeUndefined();
  });

  it("needs finite parameters, and says which one is not", () => {
    const problems = algorithmProblems(seeded("grid"), space({ A: { type: "uniform", min: 0, max: 1 } }));
    expect(problems[0]).toMatchObject({
      path: "A",
      message: expect.stringContaining("needs a step") as string,
    });
  });
});

describe("suggestions", () => {
  it("do not depend on the order in which parameters were sent", () => {
    const turned = Object.fromEntries(Object.entries(optimizer).reverse());
    for (const type of ["grid", "random", "sobol"])
      expect(suggestions(seeded(type), turned, 6)).toEqual(suggestions(seeded(type), optimizer, 6));
    expect(dimensionsOf(turned).map(({ name }) => name)).toEqual(["KIND", "LR", "MOMENTUM"]);
  });

  it("of a random search do not change when a parameter is added", () => {
    const more = { ...optimizer, EXTRA: Parameter.parse({ type: "uniform", min: 0, max: 1 }) };
    const without = suggestions(seeded("random"), more, 20).map(({ EXTRA: _, ...rest }) => rest);
    expect(without).toEqual(suggestions(seeded("random"), optimizer, 20));
  });

  it("hold the members of a dict together", () => {
    expect(flattened({ A: { x: 1, y: "two" }, B: 3 })).toEqual({ A__x: 1, A__y: "two", B: 3 });
  });
});

describe("the tree-structured Parzen estimator", () => {
  const square = space({ X: { type: "uniform", min: -5, max: 5 }, Y: { type: "uniform", min: -5, max: 5 } });
  const run = (seed: number, lag: number, count = 60) => {
    const algorithm = { ...Algorithm.parse({ type: "tpe" }), seed };
    const losses: number[] = [];
    const past: { index: number; coordinates: Record<string, number>; loss?: number }[] = [];
    for (let index = 0; index < count; index += 1) {
      const seen = past.map((trial) =>
        trial.index <= index - lag ? { ...trial, loss: losses[trial.index] ?? 0 } : trial,
      );
      const coordinates = suggest(algorithm, square, index, seen) ?? {};
      past.push({ index, coordinates });
      losses.push((coordinates["X"] ?? 0) ** 2 + ((coordinates["Y"] ?? 0) - 2) ** 2);
    }
    return { past, losses };
  };

  it("has the densities of Optuna 5.0.0 with its defaults, from the same trials", () => {
    const parameters = [
      { type: "uniform", min: -2, max: 2 },
      { type: "loguniform", min: 0.001, max: 1 },
      { type: "integer", min: 1, max: 9 },
      { type: "choice", values: ["a", "b", "c"] },
    ].map((parameter) => distributionOf(Parameter.parse(parameter)));
    const estimator = parzen(parameters, [
      [-1.5, 0.002, 1, 0],
      [0.25, 0.1, 4, 2],
      [0.5, 0.03, 5, 2],
      [1.75, 0.9, 9, 1],
    ]);
    // _ParzenEstimator.log_pdf of its TPESampler.
    for (const [point, expected] of [
      [[0, 0.05, 3, 2], -5.808703809840219],
      [[-1.9, 0.5, 8, 0], -8.012642225376565],
      [[1, 0.0015, 5, 1], -7.52067998549046],
    ] as const)
      expect(estimator.logDensity(point)).toBeCloseTo(expected, 9);
  });

  it("finds a minimum that random search misses, one at a time and eight at a time", () => {
    for (const lag of [1, 8]) {
      const best = [1, 2, 3].map((seed) => Math.min(...run(seed, lag).losses)).sort((a, b) => a - b)[1];
      expect(best).toBeLessThan(0.2);
    }
  });

  it("keeps parallel suggestions apart", () => {
    const { past } = run(5, 8);
    expect(new Set(past.map(({ coordinates }) => JSON.stringify(coordinates))).size).toBe(past.length);
  });

  it("does not suggest a combination of choices twice while there are others", () => {
    const choices = space({
      A: { type: "choice", values: [1, 2, 3, 4] },
      B: { type: "choice", values: [1, 2, 3, 4] },
    });
    const algorithm = { ...Algorithm.parse({ type: "tpe", startupTrials: 1 }), seed: 3 };
    const past: { index: number; coordinates: Record<string, number>; loss: number }[] = [];
    for (let index = 0; index < 8; index += 1) {
      const coordinates = suggest(algorithm, choices, index, past) ?? {};
      past.push({ index, coordinates, loss: (coordinates["A"] ?? 0) + (coordinates["B"] ?? 0) });
    }
    expect(new Set(past.map(({ coordinates }) => JSON.stringify(coordinates))).size).toBe(8);
  });

  it("takes a trial without a usable value for a bad one", () => {
    const algorithm = { ...Algorithm.parse({ type: "tpe", startupTrials: 2 }), seed: 1 };
    const line = space({ X: { type: "uniform", min: 0, max: 1 } });
    const past = Array.from({ length: 40 }, (_, index) => ({
      index,
      coordinates: { X: index / 40 },
      loss: index < 20 ? Number.POSITIVE_INFINITY : 1 - index / 40,
    }));
    const found = Array.from({ length: 20 }, (_, at) => suggest(algorithm, line, 40 + at, past)?.["X"] ?? 0);
    expect(found.filter((x) => x > 0.5).length).toBeGreaterThan(14);
  });
});
