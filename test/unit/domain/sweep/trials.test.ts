import { describe, expect, it } from "vitest";
import { jobBodyOf, unknownPlaceholders } from "../../../../domain/sweep/substitute.ts";
import { withJob, withoutJob } from "../../../../domain/sweep/trial-job.ts";
import { newTrial } from "../../../../domain/sweep/trial.ts";
import type { Trial } from "../../../../domain/sweep/trial.ts";
import { trialFilter, trialOrder } from "../../../../domain/sweep/trial-query.ts";
import type { TrialWire } from "../../../../domain/sweep/wire.ts";
import { job } from "../samples.ts";

describe("the job of a trial", () => {
  const known = new Set(["LR", "FILE", "LAYER__units", "ABSENT"]);
  const bodyOf = (commandLine: string, values: Record<string, string | number>) => {
    const template = { properties: { customToolkitSettings: { commandLine }, environmentVariables: [] } };
    const { properties } = jobBodyOf(template, values, known, "PT1H");
    return properties as {
      customToolkitSettings: { commandLine: string };
      environmentVariables: { name: string; value: string }[];
      constraints: object;
    };
  };

  it.each([
    ["run $PARAM_LR", { LR: 0.1 }, "run 0.1"],
    ["run ${PARAM_LR}x", { LR: 1e-7 }, "run 1e-7x"],
    ["run $PARAM_LAYER__units", { LAYER__units: 8 }, "run 8"],
    // A parameter that this trial does not have is empty; one that nobody has is left alone.
    ["run '$PARAM_ABSENT' $PARAM_OTHER", {}, "run '' $PARAM_OTHER"],
    // What a shell would run is left to the shell, which expands the variable only.
    ["read $PARAM_FILE", { FILE: "a; rm -rf $HOME" }, "read $PARAM_FILE"],
    ["read $PARAM_FILE", { FILE: "$(reboot)" }, "read $PARAM_FILE"],
    ["read $PARAM_FILE", { FILE: "images/cat-1.png" }, "read images/cat-1.png"],
  ])("has for %j with %j the command %j", (commandLine, values, expected) => {
    const body = bodyOf(commandLine, values);
    expect(body.customToolkitSettings.commandLine).toBe(expected);
    expect(body.environmentVariables).toEqual(
      Object.entries(values).map(([name, value]) => ({ name: `PARAM_${name}`, value: String(value) })),
    );
    expect(body.constraints).toEqual({ maxWallClockTime: "PT1H" });
  });

  it("is refused for a placeholder that names no parameter", () => {
    expect(unknownPlaceholders({ a: ["$PARAM_LR ${PARAM_TYPO}"] }, known)).toEqual(["$PARAM_TYPO"]);
  });
});

describe("what a trial's job says", () => {
  const minute = (at: number) => `2026-11-01T00:${String(at).padStart(2, "0")}:00.000Z`;
  const now = Date.parse(minute(30));
  const ended = (state: "succeeded" | "failed", more: object = {}) => ({
    ...job(),
    executionState: state,
    executionInfo: { startTime: minute(10), endTime: minute(12), ...more },
  });
  const trial = newTrial(0, {}, 0);
  const terminated = { errors: [{ code: "JobTerminated", message: "ended" }] };

  it.each<[string, Trial, ReturnType<typeof ended>, string]>([
    ["succeeded", trial, ended("succeeded"), "succeeded"],
    ["failed", trial, ended("failed", { exitCode: 3 }), "failed"],
    [
      "stopped",
      { ...trial, state: "stopping", stopCause: "policy", stoppedAt: 1 },
      ended("failed", terminated),
      "stopped",
    ],
    // It was faster than the verdict.
    [
      "stopped",
      { ...trial, state: "stopping", stopCause: "policy", stoppedAt: 1 },
      ended("succeeded"),
      "stopped",
    ],
    ["canceled", { ...trial, state: "stopping", stopCause: "user" }, ended("failed", terminated), "canceled"],
    ["canceled", trial, ended("failed", terminated), "canceled"],
  ])("makes it %s", (_, before, document, state) => {
    const after = withJob(before, document, now);
    expect(after.state).toBe(state);
    expect(after.spent).toBe(2 * 60_000);
    expect(after.run).toBeUndefined();
  });

  it("counts a run that was lost to its successor's start, and one whose job is gone to now", () => {
    const running = {
      ...job(),
      executionState: "running" as const,
      executionInfo: { startTime: minute(10) },
    };
    const once = withJob(trial, running, now);
    expect([once.state, once.spent, once.run]).toEqual(["running", 0, minute(10)]);
    const again = withJob(once, { ...running, executionInfo: { startTime: minute(15) } }, now);
    expect([again.spent, again.run]).toEqual([5 * 60_000, minute(15)]);
    const gone = withoutJob({ ...again, jobGuid: "g" }, 2, now);
    expect([gone.state, gone.spent]).toEqual(["canceled", (5 + 2 * 15) * 60_000]);
  });

  it("takes nothing back by a document that is older than what is known, and pays no run twice for it", () => {
    const queued = (at: number) => ({
      ...job(),
      executionState: "queued" as const,
      executionStateTransitionTime: minute(at),
      executionInfo: {},
    });
    const running = withJob(
      trial,
      { ...job(), executionState: "running" as const, executionInfo: { startTime: minute(10) } },
      now,
    );
    expect(withJob(running, queued(9), now)).toEqual(running);
    // One that was lost is in the queue since then.
    const lost = withJob(running, queued(14), now);
    expect([lost.state, lost.spent, lost.run]).toEqual(["queued", 20 * 60_000, undefined]);
    const over = withJob(withJob(running, queued(9), now), ended("succeeded"), now);
    expect([over.state, over.spent]).toEqual(["succeeded", 2 * 60_000]);
  });
});

describe("a question about trials", () => {
  const wire = (trial: number, more: object) =>
    ({ trial, state: "succeeded", parameters: {}, metrics: {}, ...more }) as unknown as TrialWire;
  const all = [
    wire(0, { value: 3, parameters: { K: "it's" } }),
    wire(1, { value: "NaN" }),
    wire(2, { state: "failed" }),
    wire(3, { value: 1, metrics: { "a.b": { best: 9 } } }),
  ];
  const numbers = (trials: readonly Pick<TrialWire, "trial">[]) => trials.map(({ trial }) => trial);

  it.each([
    ["state eq 'failed'", [2]],
    ["value lt 2", [3]],
    ["value ge 1 and trial gt 0", [3]],
    ["params.K eq 'it''s'", [0]],
    ["metrics.a.b.best eq 9", [3]],
    ["params.K ne 'x' and state ne 'failed'", [0, 1, 3]],
  ])("%s finds %j", (filter, found) => {
    expect(numbers(all.filter(trialFilter(filter)))).toEqual(found);
  });

  it("sorts what has no value last, whichever way", () => {
    expect(numbers(trialOrder("value")(all))).toEqual([3, 0, 1, 2]);
    expect(numbers(trialOrder("value desc")(all))).toEqual([0, 3, 1, 2]);
  });

  it.each(["state", "state like 'x'", "nothing eq 1", "value lt"])("%j is refused", (filter) => {
    expect(() => trialFilter(filter)).toThrow(
      expect.objectContaining({ code: "InvalidQueryParameter", target: "filter" }),
    );
  });
});
