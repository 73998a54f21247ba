// A run, and what is logged to it: whatever comes twice, late or otherwise.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readAddress } from "../../../../domain/tracking/address.ts";
import { checkBatch } from "../../../../domain/tracking/limits.ts";
import {
  freshRun,
  isTaken,
  RunRecord,
  storedRun,
  withMetrics,
  withParams,
  withTags,
  withoutTag,
} from "../../../../domain/tracking/run.ts";
import { formatRunId, parseRunId } from "../../../../domain/tracking/run-id.ts";
import type { RunKey } from "../../../../domain/tracking/run-id.ts";
import { trialsOfJob } from "../../../../domain/tracking/trial-facts.ts";

const fresh = freshRun({ kind: "free", experiment: "e", unique: "u", name: "n", user: "", startTime: 0 });
const point = (value: number, step: number, time = 0) => ({ key: "loss", value, step, time });

describe("ids of runs", () => {
  const name = fc.stringMatching(/^[\w-]{1,64}$/);
  const unique = fc.stringMatching(/^[0-9a-f]{32}$/);
  const key: fc.Arbitrary<RunKey> = fc.oneof(
    fc.record({ kind: fc.constant("job" as const), experiment: name, job: name }),
    fc.record({ kind: fc.constant("child" as const), experiment: name, job: name, unique }),
    fc.record({ kind: fc.constant("free" as const), experiment: name, unique }),
  );

  it("tell what they are of, whatever the names", () => {
    fc.assert(
      fc.property(key, (one) => {
        const id = formatRunId(one);
        expect(id).toMatch(/^[a-zA-Z0-9][\w-]{0,255}$/);
        expect(parseRunId(id)).toEqual(one);
      }),
    );
  });

  it.each(["", "377696740482462d86634adcaf5a1fef", "j9-e-j", "j1-e", "r1-e-abc", "c1-e-j-abc", "j1-e-../x"])(
    "are none: '%s'",
    (id) => expect(parseRunId(id)).toBeUndefined(),
  );

  it("may be read from a job's name as trials of two sweeps", () => {
    expect(trialsOfJob("lr_3")).toEqual([{ sweep: "lr", trial: 3 }]);
    expect(trialsOfJob("lr_3_2")).toEqual([
      { sweep: "lr_3", trial: 2 },
      { sweep: "lr", trial: 3 },
    ]);
    expect(trialsOfJob("mnist")).toEqual([]);
  });
});

describe("what is logged", () => {
  it("ends with the point of the highest step, whatever the order in which points come", () => {
    const points = [point(3, 1), point(1, 3, 5), point(2, 3, 4), point(9, 2), point(Number.NaN, 0)];
    fc.assert(
      fc.property(fc.shuffledSubarray(points, { minLength: points.length }), (some) => {
        const { metrics } = withMetrics(withMetrics(fresh, some), some);
        expect(metrics["loss"]).toEqual({ value: 1, step: 3, time: 5 });
      }),
    );
  });

  it("keeps numbers that JSON has no word for", () => {
    const logged = withMetrics(fresh, [
      { key: "a", value: Number.NaN, step: 0, time: 0 },
      { key: "b", value: Number.NEGATIVE_INFINITY, step: 0, time: 0 },
    ]);
    expect(RunRecord.parse(JSON.parse(JSON.stringify(storedRun(logged))))).toEqual(logged);
  });

  it("keeps the first word of a parameter where a job goes on, and what was said later beside it", () => {
    const first = withParams(fresh, [{ key: "lr", value: "0.1" }], 1);
    const again = withParams(
      withParams(first, [{ key: "lr", value: "0.2" }], 2),
      [{ key: "lr", value: "0.2" }],
      2,
    );
    expect(again.params).toEqual({ lr: "0.1" });
    expect(again.otherParams).toEqual([{ attempt: 2, key: "lr", value: "0.2" }]);
  });

  it("refuses another value of a parameter elsewhere, and takes the same one again", () => {
    const first = withParams(fresh, [{ key: "lr", value: "0.1" }], undefined);
    expect(withParams(first, [{ key: "lr", value: "0.1" }], undefined).params).toEqual({ lr: "0.1" });
    expect(() => withParams(first, [{ key: "lr", value: "0.2" }], undefined)).toThrow("'lr' = '0.1' already");
  });

  it("has a name by its tag", () => {
    expect(withTags(fresh, [{ key: "mlflow.runName", value: "baseline" }]).name).toBe("baseline");
    expect(withoutTag(withTags(fresh, [{ key: "a", value: "1" }]), "a").tags).toEqual({});
    expect(() => withoutTag(fresh, "a")).toThrow("no tag 'a'");
  });

  it.each([
    ["", "expected a name"],
    ["a".repeat(251), "at most 250"],
    ["../up", "must not begin"],
    ["a\nb", "expected letters"],
    ["__proto__", "cannot be kept"],
  ])("refuses the name '%s'", (key, told) => {
    expect(() => withMetrics(fresh, [{ ...point(1, 1), key }])).toThrow(told);
    expect(() => withTags(fresh, [{ key, value: "" }])).toThrow(told);
  });

  it("takes names that every object has", () => {
    const logged = withParams(
      withMetrics(fresh, [{ ...point(1, 1), key: "constructor" }]),
      [{ key: "toString", value: "x" }],
      undefined,
    );
    expect(logged.metrics["constructor"]?.value).toBe(1);
    expect(Object.entries(logged.params)).toEqual([["toString", "x"]]);
  });

  it("has an end: batches, values, runs", () => {
    expect(() => checkBatch({ metrics: 1001, params: 0, tags: 0 })).toThrow("at most 1000");
    expect(() => checkBatch({ metrics: 950, params: 60, tags: 0 })).toThrow("together");
    expect(() => withParams(fresh, [{ key: "a", value: "x".repeat(6001) }], undefined)).toThrow(
      "at most 6000",
    );
    const many = Array.from({ length: 1001 }, (_, at) => ({ ...point(1, 1), key: `m${at}` }));
    expect(() => withMetrics(fresh, many)).toThrow("at most 1000 names");
    const long = Array.from({ length: 60 }, (_, at) => ({ key: `p${at}`, value: "x".repeat(6000) }));
    expect(() => storedRun(withParams(fresh, long, undefined))).toThrow("at most 350000");
  });
});

describe("a job's own run", () => {
  it("is taken once in each start of each attempt", () => {
    const taken = { ...fresh, taken: { attempt: 1, launch: "a" } };
    expect(isTaken(undefined, 1, "a")).toBe(false);
    expect(isTaken(taken, 1, "a")).toBe(true);
    expect(isTaken(taken, 1, "b")).toBe(false);
    expect(isTaken(taken, 2, "a")).toBe(false);
    // Another node of the job does not know which start it is.
    expect(isTaken(taken, 1, undefined)).toBe(true);
  });
});

describe("the address of a job's script", () => {
  it.each([
    ["api/2.0/mlflow/runs/get", { path: "api/2.0/mlflow/runs/get" }],
    [
      "on/2026-11-29T08:00:00Z-7/mnt/out/mlflow/-/version",
      { launch: "2026-11-29T08:00:00Z-7", folder: "/mnt/out/mlflow", path: "version" },
    ],
    ["on/-/x2f6d/-", { folder: "/m", path: "" }],
    ["on/a//-/version", { launch: "a", path: "version" }],
  ])("is read: %s", (path, address) => {
    expect(readAddress(path)).toEqual(address);
  });
});
