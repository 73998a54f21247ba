import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { advance, committed } from "../../../../domain/sweep/advance.ts";
import type { Next } from "../../../../domain/sweep/advance.ts";
import { capNodeMs } from "../../../../domain/sweep/budget.ts";
import { Expectations } from "../../../../domain/sweep/expectations.ts";
import { forecast, forecastProblem, simulate } from "../../../../domain/sweep/forecast.ts";
import { previewOf } from "../../../../domain/sweep/preview.ts";
import { draws } from "../../../../domain/sweep/search/random.ts";
import { sweepSpec } from "../../../../domain/sweep/spec-rules.ts";
import { SweepRequest } from "../../../../domain/sweep/spec.ts";
import type { SweepSpec } from "../../../../domain/sweep/spec.ts";
import { allDecisions, policyOf } from "../../../../domain/sweep/standing.ts";
import { observed } from "../../../../domain/sweep/stopping/marks.ts";
import { summaryOf, sweepErrors } from "../../../../domain/sweep/summary.ts";
import { isOver } from "../../../../domain/sweep/trial.ts";
import type { Trial } from "../../../../domain/sweep/trial.ts";

const hourMs = 3_600_000;

function specOf(properties: Record<string, unknown> = {}): SweepSpec {
  const request = SweepRequest.parse({
    properties: {
      trial: { properties: {} },
      searchSpace: { X: { type: "uniform", min: 0, max: 1 }, K: { type: "choice", values: ["a", "b"] } },
      objective: { metric: "loss", goal: "minimize" },
      algorithm: { type: "random", seed: 11 },
      limits: { maxTrials: 12, maxConcurrentTrials: 3 },
      ...properties,
    },
  });
  return sweepSpec(request.properties, request.properties.searchSpace, { seed: 5, nodeCount: 1 });
}

const situation = (trials: readonly Trial[], more: object = {}) => ({
  trials,
  now: 0,
  startedAt: 0,
  failuresForgiven: 0,
  terminateRequested: false,
  unwanted: new Set<number>(),
  ...more,
});

/** What a trial reports at each of its steps: a matter of its parameters alone. */
function curve({ coordinates, index }: Trial, steps: number): readonly number[] {
  const noise = draws(99, "noise", index);
  return Array.from(
    { length: steps },
    (_, at) => Math.abs((coordinates["X"] ?? 0) - 0.3) + 1 / (at + 1) + noise() * 0.05,
  );
}

interface World {
  /** Chooses what happens next. */
  readonly pick: (count: number) => number;
  readonly steps: number;
  /** Of 100 events so many are losses of the node: the trial begins anew and says everything again. */
  readonly evictions: number;
  /** Of 100 looks so many see nothing of the reports yet. */
  readonly blind: number;
}

/** Runs a sweep in a world in which trials make progress, are lost and are seen in an order that chance decides. */
function run(spec: SweepSpec, world: World): Next {
  let trials: readonly Trial[] = [];
  const done = new Map<number, number>();
  const replace = (trial: Trial) => {
    trials = trials.map((each) => (each.index === trial.index ? trial : each));
  };
  for (let look = 0; look < 20_000; look += 1) {
    const next = advance(spec, situation(trials));
    trials = next.trials;
    if (next.isOver) return next;
    const open = trials.filter((trial) => !isOver(trial));
    const trial = open[world.pick(open.length)];
    if (trial === undefined) continue;
    const reached = done.get(trial.index) ?? 0;
    if (world.pick(100) < world.evictions) {
      done.set(trial.index, 0);
      continue;
    }
    if (trial.state === "stopping") {
      replace({ ...trial, state: trial.stoppedAt === undefined ? "canceled" : "stopped" });
      continue;
    }
    const value = curve(trial, world.steps)[reached];
    if (value === undefined) {
      replace({ ...trial, state: "succeeded" });
      continue;
    }
    done.set(trial.index, reached + 1);
    if (world.pick(100) < world.blind) {
      // Nobody looks: the same is said again later.
      done.set(trial.index, reached);
      continue;
    }
    const { goal } = spec.objective;
    const about = { policy: policyOf(spec, trial.index), goal, trial: trial.index };
    const seen = observed(
      { progress: trial.progress, marks: trial.marks },
      { step: reached + 1, value },
      about,
    );
    replace({
      ...trial,
      state: "running",
      marks: [...seen.marks],
      ...(seen.progress === undefined ? {} : { progress: seen.progress }),
    });
  }
  throw new Error("the sweep does not end");
}

const history = (spec: SweepSpec, { trials }: Next) => ({
  suggestions: trials.map(({ coordinates }) => coordinates),
  decisions: [...allDecisions(spec, trials)].sort((a, b) => a.trial - b.trial || a.at - b.at),
  stopped: trials.map(({ stoppedAt }) => stoppedAt),
});

describe("a sweep run in parallel", () => {
  const sweeps = {
    "random with ASHA": specOf({ stopping: { type: "asha", minResource: 1, reductionFactor: 2 } }),
    "TPE with median stopping": specOf({
      algorithm: { type: "tpe", seed: 3, startupTrials: 4 },
      stopping: { type: "median", minTrials: 2 },
    }),
    "TPE with Hyperband": specOf({
      algorithm: { type: "tpe", seed: 3, startupTrials: 4 },
      stopping: { type: "hyperband", minResource: 1, maxResource: 4, reductionFactor: 2 },
    }),
    "Sobol with a bandit": specOf({
      algorithm: { type: "sobol", seed: 3 },
      stopping: { type: "bandit", slackAmount: 0.1 },
    }),
  };

  it.each(Object.entries(sweeps))(
    "of %s suggests and decides the same, whoever is faster and whatever is lost",
    (_, spec) => {
      const inOrder = run(spec, { pick: () => 0, steps: 6, evictions: -1, blind: -1 });
      const expected = history(spec, inOrder);
      expect(expected.stopped.filter((at) => at !== undefined).length).toBeGreaterThan(0);
      fc.assert(
        fc.property(fc.nat(), fc.constantFrom(0, 20), fc.constantFrom(0, 40), (seed, evictions, blind) => {
          const draw = draws(seed, "world", 0);
          const pick = (count: number) => Math.floor(draw() * count);
          expect(history(spec, run(spec, { pick, steps: 6, evictions, blind }))).toEqual(expected);
        }),
        { numRuns: 15 },
      );
    },
  );
});

describe("a sweep", () => {
  const finish = (trials: readonly Trial[], state: Trial["state"], more: object = {}): readonly Trial[] =>
    trials.map((trial) => (isOver(trial) ? trial : { ...trial, state, ...more }));

  it("keeps as many trials under way as it may, and no more", () => {
    const spec = specOf();
    const first = advance(spec, situation([]));
    expect(first.trials.map(({ index, state }) => `${index} ${state}`)).toEqual([
      "0 queued",
      "1 queued",
      "2 queued",
    ]);
    const [one, ...rest] = first.trials;
    const next = advance(spec, situation([{ ...(one as Trial), state: "succeeded" }, ...rest]));
    expect(next.trials).toHaveLength(4);
    expect(advance(spec, situation(next.trials)).trials).toEqual(next.trials);
  });

  it.each([
    [1, 1],
    [3, 3],
    [100, 4],
  ])("has four trials at once where nobody says how many, and of %i trials %i", (maxTrials, atOnce) => {
    expect(specOf({ limits: { maxTrials } }).limits.maxConcurrentTrials).toBe(atOnce);
  });

  it("ends when all its trials are over, and not while one runs", () => {
    const spec = specOf({ limits: { maxTrials: 2, maxConcurrentTrials: 2 } });
    const { trials } = advance(spec, situation([]));
    expect(advance(spec, situation(trials))).toMatchObject({ ending: "allTrials", isOver: false });
    expect(advance(spec, situation(finish(trials, "succeeded")))).toMatchObject({
      ending: "allTrials",
      isOver: true,
    });
  });

  it("ends with its grid", () => {
    const spec = specOf({
      algorithm: { type: "grid" },
      searchSpace: { K: { type: "choice", values: ["a", "b"] } },
    });
    const { trials } = advance(spec, situation([]));
    expect(trials).toHaveLength(2);
    expect(advance(spec, situation(finish(trials, "succeeded")))).toMatchObject({
      ending: "exhausted",
      isOver: true,
    });
  });

  it("ends its trials when it is terminated, too old, or too many have failed", () => {
    const spec = specOf({
      limits: { maxTrials: 9, maxConcurrentTrials: 3, timeout: "PT1H", maxFailedTrials: 2 },
    });
    const { trials } = advance(spec, situation([]));
    const states = (next: Next) => next.trials.map(({ state, stopCause }) => `${state} ${stopCause}`);
    expect(states(advance(spec, situation(trials, { terminateRequested: true })))).toEqual(
      Array(3).fill("stopping sweepEnded"),
    );
    expect(advance(spec, situation(trials, { now: hourMs })).ending).toBe("timeout");
    expect(advance(spec, situation(trials, { now: hourMs - 1 })).ending).toBeUndefined();
    const failed = trials.map((trial, at): Trial => (at < 2 ? { ...trial, state: "failed" } : trial));
    expect(advance(spec, situation(failed)).ending).toBe("tooManyFailures");
    expect(advance(spec, situation(failed, { failuresForgiven: 1 })).ending).toBeUndefined();
  });

  it("ends one trial that somebody does not want, and goes on", () => {
    const spec = specOf();
    const { trials } = advance(spec, situation([]));
    const next = advance(spec, situation(trials, { unwanted: new Set([1]) }));
    expect(next.trials.map(({ state }) => state)).toEqual(["queued", "stopping", "queued"]);
  });

  it("does not wait for a result that TPE is not to see, and waits for one that it is", () => {
    const spec = specOf({
      algorithm: { type: "tpe", seed: 1, lag: 3 },
      limits: { maxTrials: 9, maxConcurrentTrials: 3 },
    });
    const { trials } = advance(spec, situation([]));
    const fast = trials.map((trial, at): Trial => (at === 0 ? trial : { ...trial, state: "succeeded" }));
    expect(advance(spec, situation(fast)).trials).toHaveLength(3);
    const slow = trials.map((trial, at): Trial => (at === 0 ? { ...trial, state: "succeeded" } : trial));
    expect(advance(spec, situation(slow)).trials).toHaveLength(4);
  });

  it("says that nobody reported its metric, and what was reported instead", () => {
    const spec = specOf();
    const { trials } = advance(spec, situation([]));
    const figures = { accuracy: { n: 1, last: 1, lastStep: 1, min: 1, minStep: 1, max: 1, maxStep: 1 } };
    const ended = finish(trials, "succeeded", { figures });
    const [warning] = summaryOf("s", spec, ended).warnings;
    expect(warning?.code).toBe("NoMetricReported");
    expect(warning?.message).toContain("No trial reported 'loss'; they reported only 'accuracy'");
    expect(sweepErrors(spec, ended, "allTrials")[0]?.code).toBe("NoMetricReported");
  });

  it("tells its best trial, and counts by state", () => {
    const spec = specOf();
    const { trials } = advance(spec, situation([]));
    const known = trials.map((trial, at): Trial => ({
      ...trial,
      state: at === 2 ? "failed" : "succeeded",
      progress: { reports: 1, step: 4, best: 3 - at, sum: 1 },
    }));
    expect(summaryOf("s", spec, known)).toMatchObject({
      total: 3,
      counts: { succeeded: 2, failed: 1 },
      best: { trial: 1, value: 2, job: "s_1" },
    });
  });
});

describe("a budget", () => {
  const spec = specOf({
    limits: { maxTrials: 50, maxConcurrentTrials: 4, trialTimeout: "PT1H" },
    budget: { nodeHours: 5.5 },
  });

  it("is never exceeded by what is paid and what running trials may still cost", () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const draw = draws(seed, "world", 0);
        let trials: readonly Trial[] = [];
        for (let look = 0; look < 2_000; look += 1) {
          const next = advance(spec, situation(trials));
          trials = next.trials;
          const cap = capNodeMs(spec.budget ?? {});
          expect(committed(trials)).toBeLessThanOrEqual(cap);
          expect(trials.reduce((sum, { spent }) => sum + spent, 0)).toBeLessThanOrEqual(cap);
          if (next.isOver) return next.ending === "budget" || next.ending === "allTrials";
          const open = trials.filter((trial) => !isOver(trial));
          const chosen = open[Math.floor(draw() * open.length)];
          if (chosen === undefined) continue;
          const took = Math.min(draw() * 1.2, 1) * hourMs;
          const isLost = draw() < 0.2 && chosen.state !== "stopping";
          // A run that is lost is paid; the next look reserves for another or ends the trial.
          const after: Trial = { ...chosen, spent: chosen.spent + (chosen.state === "stopping" ? 0 : took) };
          const state = chosen.state === "stopping" ? "canceled" : "succeeded";
          trials = trials.map((trial) => (trial !== chosen ? trial : isLost ? after : { ...after, state }));
        }
        return false;
      }),
      { numRuns: 100 },
    );
  });

  it("starts another trial when one gives back what it did not need", () => {
    const { trials } = advance(spec, situation([]));
    expect(trials).toHaveLength(4);
    const [one, ...rest] = trials;
    const more = advance(
      spec,
      situation([{ ...(one as Trial), state: "succeeded", spent: 0.1 * hourMs }, ...rest]),
    );
    expect(more.trials).toHaveLength(5);
  });
});

describe("what is wrong with a sweep", () => {
  it.each([
    [{ searchSpace: {} }, "properties.searchSpace: has no parameter"],
    [
      { searchSpace: { X: { type: "uniform", min: 2, max: 1 } } },
      "properties.searchSpace.X.max: is 1; it must be above min",
    ],
    [
      { algorithm: { type: "grid" } },
      "properties.searchSpace.X: is uniform with more than 10000 values; a grid needs a step",
    ],
    [
      { metrics: [{ name: "loss", expression: "loss" }] },
      "properties.metrics[0].expression: must have {value} once",
    ],
    [
      { limits: { maxTrials: 2, maxConcurrentTrials: 3 } },
      "properties.limits.maxConcurrentTrials: is 3, more than maxTrials",
    ],
    [{ limits: { maxTrials: 5, maxFailedTrials: 6 } }, "properties.limits.maxFailedTrials: is 6"],
    [{ stopping: { type: "bandit" } }, "properties.stopping: needs either slackFactor or slackAmount"],
    [
      { stopping: { type: "median", minTrials: 12 } },
      "properties.stopping.minTrials: is 12: it must be below maxTrials",
    ],
    [{ budget: { nodeHours: 1 } }, "properties.budget: needs limits.trialTimeout"],
    [{ budget: { amount: 5 } }, "properties.budget: needs nodeHours, or amount and currency"],
    [
      { budget: { nodeHours: 1 }, limits: { maxTrials: 5, trialTimeout: "PT2H" } },
      "properties.budget.nodeHours: pays for 1 node-hours, and one trial may need 2",
    ],
  ])("%j is told with its field and a remedy", (properties, message) => {
    expect(() => specOf(properties)).toThrow(message);
  });

  it("is told all at once", () => {
    expect(() =>
      specOf({ searchSpace: { X: { type: "uniform", min: 2, max: 1 } }, stopping: { type: "bandit" } }),
    ).toThrow(expect.objectContaining({ details: [expect.anything(), expect.anything()] }));
  });

  it.each(["PT0S", "nonsense"])("limits of %s are no limits", (timeout) => {
    expect(SweepRequest.shape.properties.shape.limits.safeParse({ maxTrials: 5, timeout }).success).toBe(
      false,
    );
    expect(SweepRequest.shape.properties.shape.limits.safeParse({ maxTrials: 0 }).success).toBe(false);
  });
});

describe("a preview", () => {
  it("shows the very suggestions that will be made, and the rungs", () => {
    const spec = specOf({ stopping: { type: "asha", minResource: 1, reductionFactor: 2, maxResource: 8 } });
    const shown = previewOf(spec, 3);
    expect(shown.suggestions).toHaveLength(3);
    expect(shown.suggestions[2]?.parameters["X"]).toBe(
      advance(spec, situation([])).trials[2]?.coordinates["X"],
    );
    expect(shown.rungs).toEqual([
      { bracket: 0, rung: 0, endsAtStep: 1, trials: 12 },
      { bracket: 0, rung: 1, endsAtStep: 2, trials: 6 },
      { bracket: 0, rung: 2, endsAtStep: 4, trials: 3 },
    ]);
  });

  it("of TPE stops where it begins to learn", () => {
    const spec = specOf({ algorithm: { type: "tpe", seed: 1, startupTrials: 3, lag: 3 } });
    expect(previewOf(spec, 50)).toMatchObject({ learnsFromTrial: 6 });
    expect(previewOf(spec, 50).suggestions).toHaveLength(6);
  });
});

describe("a forecast", () => {
  const expected = (more: object = {}) => Expectations.parse({ trialDuration: "PT10M", ...more });

  it("of trials that take the same time is what one can work out", () => {
    const told = forecast(specOf(), expected());
    expect(told.seconds).toEqual({ low: 2400, median: 2400, high: 2400 });
    expect(told.nodeHours.median).toBeCloseTo(2);
    expect(forecast(specOf(), expected({ nodes: 1 })).seconds.median).toBe(7200);
    expect(forecast(specOf(), expected({ startDelay: "PT5M" })).seconds.median).toBe(3600);
  });

  it("counts what is lost with evicted nodes, and less of it with checkpoints", () => {
    const lost = forecast(specOf(), expected({ evictionsPerNodeHour: 6 }));
    const kept = forecast(specOf(), expected({ evictionsPerNodeHour: 6, checkpoints: true }));
    expect(lost.nodeHours.median).toBeGreaterThan(2.5);
    expect(kept.nodeHours.median).toBeCloseTo(2, 5);
    expect(lost.seconds.low).toBeLessThan(lost.seconds.high);
  });

  it("is refused where it would keep others waiting", () => {
    const large = specOf({ limits: { maxTrials: 10_000, maxConcurrentTrials: 3 } });
    expect(forecastProblem(large, expected())).toContain("at most 1414 trials of 1 reports");
    expect(forecastProblem(specOf(), expected({ reports: 1000 }))).toBeUndefined();
  });

  it("is cheaper with a policy, and never dearer than the budget", () => {
    const stopping = { type: "asha", minResource: 1, reductionFactor: 2 };
    const all = simulate(specOf(), expected({ reports: 8 }), 1);
    const some = simulate(specOf({ stopping }), expected({ reports: 8 }), 1);
    expect(some.nodeMs).toBeLessThan(all.nodeMs);
    expect(some.stopped).toBeGreaterThan(2);
    const limits = { maxTrials: 12, maxConcurrentTrials: 3, trialTimeout: "PT15M" };
    const poor = simulate(specOf({ limits, budget: { nodeHours: 1 } }), expected(), 1);
    expect(poor.nodeMs).toBeLessThanOrEqual(hourMs);
    expect(poor.trials).toBeLessThan(12);
  });
});
