import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Goal } from "../../../../domain/sweep/objective.ts";
import { decisionsOf } from "../../../../domain/sweep/stopping/decisions.ts";
import type { Decision, ObservedTrial } from "../../../../domain/sweep/stopping/decisions.ts";
import { observed } from "../../../../domain/sweep/stopping/marks.ts";
import type { Observed } from "../../../../domain/sweep/stopping/marks.ts";
import { policyProblem, StoppingPolicy } from "../../../../domain/sweep/stopping/policy.ts";
import { bracketOf, bracketsOf, rungSteps } from "../../../../domain/sweep/stopping/rungs.ts";
import { decisionSentence } from "../../../../domain/sweep/stopping/sentence.ts";

const policy = (body: object) => StoppingPolicy.parse(body);

/** A trial that reported these values at steps 1, 2, … and then ended, or goes on. */
function trial(
  of: StoppingPolicy,
  goal: Goal,
  index: number,
  values: readonly number[],
  over = true,
): ObservedTrial {
  let watched: Observed = { progress: undefined, marks: [] };
  for (const [at, value] of values.entries())
    watched = observed(watched, { step: at + 1, value }, { policy: of, goal, trial: index });
  return { index, marks: watched.marks, over };
}

function decide(
  of: StoppingPolicy,
  goal: Goal,
  streams: readonly (readonly number[])[],
): readonly Decision[] {
  return decisionsOf(
    of,
    goal,
    streams.map((values, index) => trial(of, goal, index, values)),
  );
}

const stops = (decisions: readonly Decision[]) =>
  decisions.filter(({ stop }) => stop).map(({ trial: index, at }) => `${index}@${at}`);

describe("bandit", () => {
  it("stops below best/(1 + slackFactor), as the documentation of Azure Machine Learning works it out", () => {
    const of = policy({ type: "bandit", slackFactor: 0.2 });
    expect(stops(decide(of, "maximize", [[0.8], [0.67], [0.66]]))).toEqual(["2@1"]);
    const last = decide(of, "maximize", [[0.8], [0.66]]).at(-1);
    expect(last).toMatchObject({ rank: 2, of: 2, stop: true });
    expect(-(last?.cutOffLoss ?? 0)).toBeCloseTo(0.6667, 4);
  });

  it.each([
    ["minimize", { slackFactor: 0.5 }, [[2], [3], [3.1]], ["2@1"]],
    ["minimize", { slackAmount: 0.5 }, [[-2], [-1.5], [-1.4]], ["2@1"]],
    ["maximize", { slackAmount: 0.1 }, [[0.5], [0.4], [0.39]], ["2@1"]],
    // A ratio to a best that is not above zero says nothing.
    ["maximize", { slackFactor: 0.1 }, [[-1], [-100]], []],
    ["minimize", { slackFactor: 0.1 }, [[0], [100]], []],
    // Its own best counts, not its last.
    [
      "maximize",
      { slackAmount: 0.1 },
      [
        [0.5, 0.5],
        [0.5, 0.1],
      ],
      [],
    ],
    [
      "maximize",
      { slackAmount: 0.1, evaluationInterval: 2 },
      [
        [0.5, 0.9, 0.9, 0.9],
        [0.1, 0.1, 0.1, 0.1],
      ],
      ["1@2"],
    ],
    [
      "maximize",
      { slackAmount: 0.1, delayEvaluation: 3 },
      [
        [0.9, 0.9, 0.9],
        [0.1, 0.1, 0.1],
      ],
      ["1@3"],
    ],
    ["minimize", { slackAmount: 1 }, [[5], [Number.NaN]], ["1@1"]],
    // One that ended early is still the best.
    ["maximize", { slackAmount: 0.1 }, [[0.9], [0.85, 0.75]], []],
    ["maximize", { slackAmount: 0.1 }, [[0.9], [0.85, 0.85], [0.7, 0.7]], ["2@1"]],
  ] as const)("%s %j on %j stops %j", (goal, more, streams, expected) => {
    expect(stops(decide(policy({ type: "bandit", ...more }), goal, streams))).toEqual(expected);
  });
});

describe("median stopping", () => {
  it.each([
    [
      "maximize",
      {},
      [
        [0.5, 0.7],
        [0.6, 0.8],
        [0.4, 0.6],
        [0.55, 0.55],
      ],
      ["3@2"],
    ],
    [
      "minimize",
      {},
      [
        [0.5, 0.3],
        [0.4, 0.2],
        [0.6, 0.4],
        [0.7, 0.45],
      ],
      ["3@1"],
    ],
    ["maximize", { minTrials: 4 }, [[0.9], [0.9], [0.9], [0.1], [0.2]], ["4@1"]],
    [
      "maximize",
      { delayEvaluation: 2 },
      [
        [0.9, 0.9],
        [0.9, 0.9],
        [0.9, 0.9],
        [0.1, 0.1],
      ],
      ["3@2"],
    ],
    ["maximize", {}, [[0.9], [0.9], [0.9], [Number.NaN]], ["3@1"]],
    ["maximize", {}, [[1], [1], [1], [1]], []],
  ] as const)("%s %j on %j stops %j", (goal, more, streams, expected) => {
    expect(stops(decide(policy({ type: "median", ...more }), goal, streams))).toEqual(expected);
  });
});

describe("truncation", () => {
  it.each([
    ["maximize", { percentage: 20 }, [[5], [4], [3], [2], [1]], ["4@1"]],
    ["maximize", { percentage: 50 }, [[5], [1], [4]], ["1@1"]],
    ["minimize", { percentage: 50 }, [[1], [2]], ["1@1"]],
    ["minimize", { percentage: 99 }, [[1], [1], [1]], []],
    // One that ended early is compared by its last, unless it is excluded.
    ["maximize", { percentage: 50 }, [[9], [9.5, 1]], ["1@2"]],
    ["maximize", { percentage: 50, excludeFinished: true }, [[9], [9.5, 1]], []],
  ] as const)("%s %j on %j stops %j", (goal, more, streams, expected) => {
    expect(stops(decide(policy({ type: "truncation", ...more }), goal, streams)).sort()).toEqual(expected);
  });
});

describe("asynchronous successive halving", () => {
  const asha = policy({ type: "asha", minResource: 1, reductionFactor: 2, maxResource: 8 });

  it("has rungs at minResource · ηᵏ below maxResource, later ones with a rate", () => {
    expect(rungSteps(asha as never, 0)).toEqual([1, 2, 4]);
    expect(
      rungSteps(
        policy({ type: "asha", minResource: 1, maxResource: 100, minEarlyStoppingRate: 1 }) as never,
        0,
      ),
    ).toEqual([4, 16, 64]);
  });

  it.each([
    // The first always goes on; the second only when it is the best; from the fourth on two of four may.
    ["minimize", [[1], [2], [3], [1.5], [0.5]], ["1@0", "2@0"]],
    [
      "maximize",
      [
        [1, 1],
        [2, 2],
        [1.5, 9],
      ],
      ["2@0"],
    ],
    [
      "minimize",
      [
        [1, 5, 5, 5],
        [0.5, 6, 6, 6],
        [0.4, 1, 1, 1],
      ],
      ["1@1"],
    ],
    ["minimize", [[Number.NaN], [1]], ["0@0"]],
    ["minimize", [[Number.NEGATIVE_INFINITY], [1]], ["1@0"]],
    ["maximize", [[Number.POSITIVE_INFINITY], [1]], ["1@0"]],
    ["minimize", [[1], [1], [1]], []],
  ] as const)("%s on %j stops %j", (goal, streams, expected) => {
    expect(stops(decide(asha, goal, streams))).toEqual(expected);
  });

  it("judges a report that skips a step at the rung that it passed", () => {
    const watched = observed(
      { progress: undefined, marks: [] },
      { step: 3, value: 1 },
      { policy: asha, goal: "minimize", trial: 0 },
    );
    expect(watched.marks.map(({ at, step }) => [at, step])).toEqual([
      [0, 3],
      [1, 3],
    ]);
  });

  it("takes no notice of what a trial says a second time after it was run again", () => {
    const about = { policy: asha, goal: "minimize" as const, trial: 0 };
    let watched: Observed = { progress: undefined, marks: [] };
    for (const [step, value] of [
      [1, 5],
      [2, 4],
      [1, 99],
      [2, 99],
      [3, 3],
    ] as const)
      watched = observed(watched, { step, value }, about);
    expect(watched.marks.map(({ last }) => last)).toEqual([5, 4]);
    expect(watched.progress).toEqual({ reports: 3, step: 3, best: 3, sum: 12 });
  });
});

describe("Hyperband", () => {
  const hyperband = policy({ type: "hyperband", minResource: 1, maxResource: 81, reductionFactor: 3 });

  it("has the brackets of the paper", () => {
    expect(bracketsOf(hyperband as never).map(({ trials }) => trials)).toEqual([81, 34, 15, 8, 5]);
    const number = (index: number) => bracketOf(hyperband as never, index).number;
    expect([number(0), number(80), number(81), number(142), number(143)]).toEqual([0, 0, 1, 4, 0]);
    expect(rungSteps(hyperband as never, 0)).toEqual([1, 3, 9, 27]);
    expect(rungSteps(hyperband as never, 142)).toEqual([]);
  });

  it("compares trials of one bracket only", () => {
    const small = policy({ type: "hyperband", minResource: 1, maxResource: 3, reductionFactor: 3 });
    // Brackets of 3 and 2 trials: the last two have no rung.
    expect(stops(decide(small, "minimize", [[1], [2], [3], [9], [9], [0.5]]))).toEqual(["1@0", "2@0"]);
  });
});

describe("a policy", () => {
  it.each([
    [{ type: "bandit" }, "needs either slackFactor or slackAmount"],
    [{ type: "bandit", slackFactor: 1, slackAmount: 1 }, "needs either slackFactor or slackAmount"],
    [{ type: "median", minTrials: 20 }, "must be below maxTrials"],
    [{ type: "truncation", percentage: 2 }, "it needs 50 trials"],
    [{ type: "asha", minResource: 10, maxResource: 10 }, "leaves no rung"],
    [{ type: "hyperband", minResource: 4, maxResource: 8 }, "at least reductionFactor times minResource, 12"],
  ])("%j could never stop anything, and is told so", (body, message) => {
    expect(policyProblem(policy(body), 20)?.message).toContain(message);
  });

  it("is refused for one trial, and accepted where it can work", () => {
    expect(policyProblem(policy({ type: "bandit", slackFactor: 0.1 }), 1)?.message).toContain(
      "one trial only",
    );
    expect(policyProblem(policy({ type: "asha", minResource: 1 }), 20)).toBeUndefined();
  });
});

describe("a decision", () => {
  it("says itself in a sentence", () => {
    const asha = policy({ type: "asha", minResource: 9, reductionFactor: 4 });
    const stopped = {
      trial: 3,
      at: 0,
      step: 9,
      stop: true,
      loss: -0.61,
      cutOffLoss: -0.67,
      rank: 12,
      of: 31,
    };
    expect(decisionSentence(asha, "maximize", stopped)).toBe(
      "stopped at step 9: 0.61 < cut-off 0.67 (12 of 31, the best 7 go on)",
    );
    expect(
      decisionSentence(asha, "minimize", { ...stopped, loss: 0.5, cutOffLoss: 0.6, stop: false, rank: 2 }),
    ).toBe("went on at step 9: 0.5 ≤ cut-off 0.6 (2 of 31, the best 7 go on)");
    expect(decisionSentence(asha, "minimize", { ...stopped, loss: Number.POSITIVE_INFINITY })).toContain(
      "no usable number",
    );
  });
});

describe("decisions", () => {
  const anyPolicy = fc.constantFrom(
    policy({ type: "bandit", slackAmount: 0.2 }),
    policy({ type: "median", minTrials: 2 }),
    policy({ type: "truncation", percentage: 30 }),
    policy({ type: "asha", minResource: 1, reductionFactor: 2 }),
    policy({ type: "hyperband", minResource: 1, maxResource: 8, reductionFactor: 2 }),
  );
  const value = fc.oneof(
    { weight: 9, arbitrary: fc.double({ min: -1, max: 1, noNaN: true }) },
    fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
  );
  const streams = fc.array(fc.array(value, { maxLength: 9 }), { minLength: 1, maxLength: 12 });

  it("once made never change, in whatever order reports come in", () => {
    fc.assert(
      fc.property(anyPolicy, streams, fc.infiniteStream(fc.nat(11)), (of, all, order) => {
        const final = decide(of, "minimize", all);
        const keyed = new Map(final.map((decision) => [`${decision.trial}@${decision.at}`, decision]));
        const shown = all.map(() => 0);
        for (const next of order) {
          const open = all.flatMap((stream, index) => ((shown[index] ?? 0) <= stream.length ? [index] : []));
          const index = open[next % Math.max(1, open.length)];
          if (index === undefined) break;
          shown[index] = (shown[index] ?? 0) + 1;
          const now = decisionsOf(
            of,
            "minimize",
            all.map((stream, at) =>
              trial(of, "minimize", at, stream.slice(0, shown[at]), (shown[at] ?? 0) > stream.length),
            ),
          );
          for (const decision of now) expect(decision).toEqual(keyed.get(`${decision.trial}@${decision.at}`));
        }
        return true;
      }),
      { numRuns: 60 },
    );
  });

  it("are the mirror image when the metric is", () => {
    fc.assert(
      fc.property(
        anyPolicy,
        fc.array(fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { maxLength: 5 }), { maxLength: 8 }),
        (of, all) => {
          const mirrored = all.map((stream) => stream.map((each) => 0 - each));
          expect(stops(decide(of, "maximize", mirrored))).toEqual(stops(decide(of, "minimize", all)));
        },
      ),
    );
  });
});
