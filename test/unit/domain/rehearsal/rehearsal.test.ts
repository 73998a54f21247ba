import { describe, expect, it } from "vitest";
import { checkpointInterval, lostShare } from "../../../../domain/rehearsal/interval.ts";
import { findingsOf } from "../../../../domain/rehearsal/verdict.ts";
import type { RehearsedAttempt } from "../../../../domain/rehearsal/verdict.ts";

const curve = (from: number, to: number, off = 0) =>
  Array.from({ length: to - from + 1 }, (_, at) => ({ step: from + at, value: 1 / (from + at + 1) + off }));
const undisturbed = curve(0, 9);
const attempt = (number: number, from: number, to: number, more: Partial<RehearsedAttempt> = {}) => ({
  number,
  points: curve(from, to),
  foundSomething: number > 1,
  ...more,
});
const codes = (attempts: readonly RehearsedAttempt[], tolerance = 1e-6) =>
  findingsOf(undisturbed, attempts, tolerance).map(({ fault }) => fault);
const end = { exitCode: 0 };

describe("the verdict on a program under kills", () => {
  it("is good when steps are done again, but all with the values of an undisturbed run", () => {
    expect(codes([attempt(1, 0, 4), attempt(2, 3, 7), attempt(3, 6, 9, end)])).toEqual([]);
  });

  it("is bad when a value differs by more than the tolerance, or is no number", () => {
    const off = [attempt(1, 0, 4), attempt(2, 4, 9, { ...end, points: curve(4, 9, 0.01) })];
    expect(codes(off)).toEqual(["CurveDiffers"]);
    expect(codes(off, 0.1)).toEqual([]);
    const points = [...curve(4, 8), { step: 9, value: Number.NaN }];
    expect(codes([attempt(1, 0, 4), attempt(2, 4, 9, { ...end, points })])).toEqual(["CurveDiffers"]);
  });

  it.each<[string, readonly RehearsedAttempt[], readonly string[]]>([
    [
      "an attempt fails by itself",
      [attempt(1, 0, 4), attempt(2, 5, 5, { exitCode: 1 })],
      ["FailedOnResume", "StepsMissing"],
    ],
    ["one begins anew", [attempt(1, 0, 4), attempt(2, 0, 9, end)], ["StartedOver"]],
    [
      "nothing was saved",
      [attempt(1, 0, 4), attempt(2, 0, 9, { ...end, foundSomething: false })],
      ["NoCheckpoint"],
    ],
    ["steps are skipped", [attempt(1, 0, 4), attempt(2, 6, 9, end)], ["StepsSkipped", "StepsMissing"]],
    ["steps are done beyond the last", [attempt(1, 0, 4), attempt(2, 5, 11, end)], ["StepsBeyond"]],
    ["it was over too soon", [attempt(1, 0, 9, end)], ["NotKilled"]],
  ])("is bad when %s", (_what, attempts, expected) => {
    expect(codes(attempts)).toEqual(expected);
  });

  it("needs something to compare", () => {
    expect(findingsOf([], [attempt(1, 0, 4)], 0)).toMatchObject([{ fault: "NothingReported" }]);
  });
});

describe("the interval between checkpoints", () => {
  it("is near Young's square root where a checkpoint costs little, and never negative", () => {
    expect(checkpointInterval(1, 3_600) / Math.sqrt(2 * 3_600)).toBeCloseTo(1, 1);
    expect(checkpointInterval(30, 3_600)).toBeCloseTo(445, 0);
    for (const cost of [0.01, 1, 100, 7_000, 7_200, 20_000])
      expect(checkpointInterval(cost, 3_600)).toBeGreaterThan(0);
  });

  it("loses less than half of it, or twice of it, would", () => {
    const [cost, between] = [20, 3_600];
    const best = checkpointInterval(cost, between);
    for (const other of [best / 2, best * 2])
      expect(lostShare(best, cost, between)).toBeLessThan(lostShare(other, cost, between));
  });
});
