// What the pages of sweeps reckon with: axes, brushes, the best so far, rank correlations. No browser.
import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import {
  axesOf,
  brushedRows,
  brushesOf,
  brushTexts,
  labelOn,
  placeOn,
  valueOn,
} from "../../portal/lib/parallel.ts";
import { parametersOf } from "../../portal/lib/sweeps.ts";
import { associations, bestSoFar, rowsOf, trialQuery } from "../../portal/lib/trials.ts";
import type { Cell, TrialColumns } from "../../portal/lib/trials.ts";

const objective = { metric: "loss", goal: "minimize" as const };
const columns = (cells: Readonly<Record<string, readonly Cell[]>>): TrialColumns => ({
  total: Object.values(cells)[0]?.length ?? 0,
  counts: {},
  columns: cells,
});

describe("the parameters of a search space", () => {
  it("have the names that trials have, members of a dict apart, and the scale of their distribution", () => {
    expect(
      parametersOf({
        LR: { type: "loguniform", min: 0.1, max: 1 },
        SIZE: { type: "integer", min: 1, max: 9, scale: "log" },
        KIND: { type: "choice", values: ["a", "b"] },
        NET: {
          type: "dict",
          values: [
            { width: 8, deep: true },
            { width: 16, deep: true },
          ],
        },
      }),
    ).toEqual([
      { name: "LR", isLog: true },
      { name: "SIZE", isLog: true },
      { name: "KIND", isLog: false, choices: ["a", "b"] },
      { name: "NET__width", isLog: false, choices: [8, 16] },
      { name: "NET__deep", isLog: false, choices: [true] },
    ]);
  });
});

describe("parallel coordinates", () => {
  const parameters = [
    { name: "LR", isLog: true },
    { name: "KIND", isLog: false, choices: ["a", "b", "c"] },
  ];
  const data = columns({
    "params.LR": [0.01, 0.1, 1, null],
    "params.KIND": ["a", "b", "c", "a"],
    value: [1, 2, "NaN", 3],
  });
  const axes = axesOf(data, parameters, objective);
  const rows = rowsOf(data);

  it("leave out of an axis what a trial does not have, and what is no number", () => {
    const [rate, kind, value] = axes.map(({ places }) => [...places]);
    expect(rate?.map((place) => Math.round(place * 100) / 100)).toEqual([0, 0.5, 1, Number.NaN]);
    expect(kind).toEqual([0, 0.5, 1, 0]);
    expect(value).toEqual([0, 0.5, Number.NaN, 1]);
  });

  it("choose what lies in every brush, and all where there is none", () => {
    expect(brushedRows(axes, {}, rows)).toEqual([0, 1, 2, 3]);
    expect(brushedRows(axes, { LR: [0.05, 1] }, rows)).toEqual([1, 2]);
    expect(brushedRows(axes, { LR: [0.05, 1], KIND: [1, 1] }, rows)).toEqual([1]);
    expect(brushedRows(axes, { value: [1, 2] }, rows)).toEqual([0, 1]);
  });

  it("draw the worst results at the end of the axis when they are far off", () => {
    const values = [...Array.from({ length: 99 }, (_, index) => 1 + index / 100), 5_000];
    const [axis] = axesOf(columns({ value: values }), [], objective);
    expect([axis?.isClipped, (axis?.high ?? 0) < 2, axis?.places.at(-1)]).toEqual([true, true, 1]);
    const [plain] = axesOf(columns({ value: values.slice(0, 99) }), [], objective);
    expect(plain?.isClipped).toBe(false);
  });

  it("find a value again from its place, on any scale", () => {
    const scale = fc.constantFrom("linear" as const, "log" as const);
    fc.assert(
      fc.property(scale, fc.double({ min: 0.001, max: 1_000, noNaN: true }), (kind, value) => {
        const axis = { kind, low: 0.001, high: 1_000 };
        expect(valueOn(axis, placeOn(axis, value))).toBeCloseTo(value, 6);
      }),
    );
  });

  it("have brushes that an address keeps, and labels of their choices", () => {
    const brushes = { LR: [0.001, 0.1], KIND: [1, 1] } as const;
    expect(brushesOf(brushTexts(brushes))).toEqual(brushes);
    expect(brushesOf(["", "LR", "LR~x~1", "LR~1", "~1~2"])).toEqual({});
    expect(axes.map((axis) => labelOn(axis, 1))).toEqual(["1", "b", "1"]);
  });
});

describe("the best so far", () => {
  it("follows the numbers of the trials, and is not moved by what is no number", () => {
    expect(bestSoFar([2, 0, 1, 3], [0.5, 3, "NaN", 0.9], "minimize")).toEqual([
      { trial: 0, value: 3, best: 3 },
      { trial: 1, value: null, best: 3 },
      { trial: 2, value: 0.5, best: 0.5 },
      { trial: 3, value: 0.9, best: 0.5 },
    ]);
    expect(bestSoFar([0, 1], [1, 2], "maximize").map(({ best }) => best)).toEqual([1, 2]);
  });
});

test("what is asked of the service is its own filter and order", () => {
  expect(trialQuery({ states: [], filter: "", sort: "trial" })).toEqual({});
  expect(trialQuery({ states: ["failed"], filter: "params.LR gt 1", sort: "-value" })).toEqual({
    filter: "state eq 'failed' and params.LR gt 1",
    orderby: "value desc",
  });
});

test("a parameter that rises with the result throughout has the correlation 1, whatever the curve; equal values share their place", () => {
  const data = columns({
    "params.A": [1, 2, 3, 4],
    "params.B": [4, 3, 3, 1],
    "params.C": ["x", "y", "x", "y"],
    value: [1, 10, 100, 1_000],
  });
  const found = associations(data, ["A", "B", "C"]);
  expect(found.map(({ name, correlation }) => [name, Number(correlation.toFixed(2))])).toEqual([
    ["A", 1],
    ["B", -0.95],
  ]);
});
