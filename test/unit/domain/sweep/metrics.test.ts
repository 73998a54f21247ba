import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { linePattern, patternProblem } from "../../../../domain/sweep/metrics/line-pattern.ts";
import { reportsInFile, reportsInOutput, wholeLines } from "../../../../domain/sweep/metrics/reports.ts";
import { bucketed, ordered, withPoint } from "../../../../domain/sweep/metrics/series.ts";
import type { Figures, Point } from "../../../../domain/sweep/metrics/series.ts";

describe("an expression for lines of output", () => {
  it.each([
    ["accuracy = {value}", "12:00 accuracy = 0.93 done", { value: 0.93 }],
    ["accuracy = {value}", "accuracy   =\t.5e-3", { value: 0.0005 }],
    ["epoch {step}: loss {value}", "epoch 3: loss 1.25", { step: 3, value: 1.25 }],
    ["epoch {step}/{*} loss={value},", "epoch 3/10 - 2s - loss=1.25, acc=1", { step: 3, value: 1.25 }],
    ["loss={value}", "loss=nan", { value: Number.NaN }],
    ["loss={value}", "loss=-inf", { value: Number.NEGATIVE_INFINITY }],
    ["loss={value}", "val loss= 3", undefined],
    ["loss={value}", "nothing", undefined],
    ["{value} loss", "x 12.5 loss", { value: 12.5 }],
    ["loss={value}", `loss=1${" ".repeat(5000)}`, undefined],
  ])("%j finds in %j what it names", (expression, line, found) => {
    expect(linePattern(expression)(line)).toEqual(found);
  });

  it.each([
    ["loss", "{value} once"],
    ["{value} {value}", "{value} once"],
    ["{value}", "some text"],
    ["a{step}{value}", "without text between"],
    ["a={valeu}", "{valeu}"],
    ["{step}{*}a={value}{step}", "{step} more than once"],
  ])("%j is refused: %s", (expression, message) => {
    expect(patternProblem(expression)).toContain(message);
  });

  it("takes no longer for hostile lines than for others", () => {
    const match = linePattern("a{*}a{*}a{*}a{*}b={value}");
    expect(match("a".repeat(4000))).toBeUndefined();
  });
});

describe("reports", () => {
  it("come from the metrics file as JSON lines, Python's NaN and Infinity included", () => {
    const text = [
      '{"name": "loss", "value": 0.5, "step": 1}',
      '{"name": "loss", "value": NaN, "step": 2}',
      '{"name":"loss","value":-Infinity}',
      '{"name": "loss", "value": "inf", "step": 4}',
      "not json",
      '{"value": 1}',
      "",
    ].join("\n");
    expect(reportsInFile(text, [])).toEqual({
      reports: [
        { name: "loss", value: 0.5, step: 1 },
        { name: "loss", value: Number.NaN, step: 2 },
        { name: "loss", value: Number.NEGATIVE_INFINITY },
        { name: "loss", value: Number.POSITIVE_INFINITY, step: 4 },
      ],
      unreadable: 2,
    });
  });

  it("of a metric with an expression come from the output alone", () => {
    const expressions = [{ name: "loss", expression: "loss={value}" }];
    expect(
      reportsInFile('{"name":"loss","value":1}\n{"name":"other","value":1}', expressions).reports,
    ).toEqual([{ name: "other", value: 1 }]);
    expect(reportsInOutput("loss=1\nno\nloss=2 loss=3", expressions)).toEqual([
      { name: "loss", value: 1 },
      { name: "loss", value: 2 },
    ]);
  });

  it("are read when their line is written to its end", () => {
    expect(wholeLines("one\ntwo\nthr")).toBe("one\ntwo\n");
    expect(wholeLines("thr")).toBe("");
  });
});

describe("the figures of a metric", () => {
  const points = fc.array(
    fc.record({
      step: fc.nat(30),
      value: fc.oneof(fc.double({ noNaN: true }), fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY)),
    }),
    { minLength: 1, maxLength: 30 },
  );
  const figuresOf = (of: readonly Point[]) =>
    of.reduce<Figures | undefined>((figures, point) => withPoint(figures, point, "maximize"), undefined);

  it("are last, best with its step, least and greatest, and numbers count before NaN", () => {
    expect(
      figuresOf([
        { step: 1, value: Number.NaN },
        { step: 2, value: 5 },
        { step: 4, value: 1 },
        { step: 3, value: 5 },
      ]),
    ).toEqual({ last: 1, lastStep: 4, best: 5, bestStep: 2, min: 1, max: 5 });
  });

  it("do not change with the order of the points, or when points come twice", () => {
    fc.assert(
      fc.property(points, fc.infiniteStream(fc.nat(1000)), (of, random) => {
        const distinct = ordered(of);
        const keys = new Map(distinct.map((point) => [point, random.next().value as number]));
        const shuffled = [...distinct, ...distinct.slice(0, 5)].sort(
          (a, b) => (keys.get(a) ?? 0) - (keys.get(b) ?? 0),
        );
        expect(figuresOf(shuffled)).toEqual(figuresOf(distinct));
      }),
    );
  });

  it("keep their extremes when a chart asks for few buckets", () => {
    const of = Array.from({ length: 10_000 }, (_, step) => ({
      step,
      value: step === 4321 ? 99 : Math.sin(step),
    }));
    const buckets = bucketed(of, 100);
    expect(buckets).toHaveLength(100);
    expect(Math.max(...buckets.map(({ max }) => max))).toBe(99);
    expect(bucketed(of.slice(0, 3), 100)).toHaveLength(3);
  });
});
