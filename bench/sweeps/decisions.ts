// How long the pure part of a sweep takes when it is large: suggestions, decisions and a look at all trials.
import { advance } from "../../domain/sweep/advance.ts";
import { SweepRequest } from "../../domain/sweep/spec.ts";
import { sweepSpec } from "../../domain/sweep/spec-rules.ts";
import { allDecisions } from "../../domain/sweep/standing.ts";
import { observed } from "../../domain/sweep/stopping/marks.ts";
import { draws } from "../../domain/sweep/search/random.ts";
import type { Trial } from "../../domain/sweep/trial.ts";

const space = Object.fromEntries(
  Array.from({ length: 8 }, (_, at) => [`X${at}`, { type: "uniform", min: 0, max: 1 }]),
);

function specOf(type: string, maxTrials: number) {
  const { properties } = SweepRequest.parse({
    properties: {
      trial: { properties: {} },
      searchSpace: space,
      objective: { metric: "loss", goal: "minimize" },
      algorithm: { type, seed: 1 },
      stopping: { type: "asha", minResource: 1, reductionFactor: 3 },
      limits: { maxTrials, maxConcurrentTrials: 16 },
    },
  });
  return sweepSpec(properties, properties.searchSpace, { seed: 1, nodeCount: 1 });
}

/** Every trial reports a hundred steps and ends. */
function finished(trial: Trial, spec: ReturnType<typeof specOf>): Trial {
  const draw = draws(2, "values", trial.index);
  let seen: Parameters<typeof observed>[0] = { progress: undefined, marks: [] };
  for (let step = 1; step <= 100; step += 1)
    seen = observed(
      seen,
      { step, value: draw() },
      { policy: spec.policies[0]?.policy, goal: "minimize", trial: trial.index },
    );
  return {
    ...trial,
    state: "succeeded",
    marks: [...seen.marks],
    ...(seen.progress === undefined ? {} : { progress: seen.progress }),
  };
}

for (const [type, maxTrials] of [
  ["random", 10_000],
  ["sobol", 10_000],
  ["tpe", 1_000],
] as const) {
  const spec = specOf(type, maxTrials);
  const situation = {
    now: 0,
    startedAt: 0,
    failuresForgiven: 0,
    terminateRequested: false,
    unwanted: new Set<number>(),
  };
  let trials: readonly Trial[] = [];
  let looks = 0;
  let longest = 0;
  const begun = performance.now();
  for (;;) {
    const start = performance.now();
    const next = advance(spec, { ...situation, trials });
    longest = Math.max(longest, performance.now() - start);
    looks += 1;
    if (next.isOver) break;
    trials = next.trials.map((trial) => (trial.state === "queued" ? finished(trial, spec) : trial));
  }
  const total = performance.now() - begun;
  const at = performance.now();
  const decisions = allDecisions(spec, trials).length;
  console.log(
    `${type.padEnd(8)} ${maxTrials} trials: ${(total / 1000).toFixed(1)} s in ${looks} looks, the longest ${longest.toFixed(0)} ms; ${decisions} decisions in ${(performance.now() - at).toFixed(0)} ms`,
  );
}
