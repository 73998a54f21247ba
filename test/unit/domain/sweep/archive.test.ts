import { describe, expect, it } from "vitest";
import { textOfNumbers } from "../../../../domain/metric/number.ts";
import { guid } from "../../../../domain/shared/brand.ts";
import { advance } from "../../../../domain/sweep/advance.ts";
import { archiveOf, importedSpec, importedTrials, SweepArchive } from "../../../../domain/sweep/archive.ts";
import { newSweep } from "../../../../domain/sweep/rules.ts";
import { draws } from "../../../../domain/sweep/search/random.ts";
import { SweepRequest } from "../../../../domain/sweep/spec.ts";
import type { SweepSpec } from "../../../../domain/sweep/spec.ts";
import { sweepSpec } from "../../../../domain/sweep/spec-rules.ts";
import { allDecisions, policyOf } from "../../../../domain/sweep/standing.ts";
import { observed } from "../../../../domain/sweep/stopping/marks.ts";
import type { Observed } from "../../../../domain/sweep/stopping/marks.ts";
import { isOver } from "../../../../domain/sweep/trial.ts";
import type { Trial } from "../../../../domain/sweep/trial.ts";

const ref = {
  kind: "sweep",
  subscriptionId: "s",
  resourceGroup: "g",
  workspace: "w",
  experiment: "e",
  sweep: "moving",
} as const;

const properties = (algorithm: object): SweepRequest["properties"] =>
  SweepRequest.parse({
    properties: {
      trial: { properties: {} },
      searchSpace: {
        LR: { type: "loguniform", min: 1e-4, max: 1 },
        KIND: { type: "choice", values: ["a", "b", "c"] },
        MOMENTUM: { type: "uniform", min: 0, max: 1, when: { parameter: "KIND", in: ["a"] } },
      },
      objective: { metric: "loss", goal: "maximize" },
      algorithm,
      stopping: { type: "asha", minResource: 1, maxResource: 9, reductionFactor: 3 },
      limits: { maxTrials: 48, maxConcurrentTrials: 4 },
    },
  }).properties;

/** Nine reports that follow from the parameters and the trial's number. */
function finished(spec: SweepSpec, trial: Trial): Trial {
  const noise = draws(3, "noise", trial.index);
  const nothing: Observed = { progress: undefined, marks: [] };
  const seen = Array.from({ length: 9 }, (_, at) => at + 1).reduce((before, step) => {
    const value = trial.index === 5 ? Number.NaN : Number(trial.coordinates["LR"]) - 1 / step + noise() / 10;
    return observed(
      before,
      { step, value },
      { policy: policyOf(spec, trial.index), goal: "maximize", trial: trial.index },
    );
  }, nothing);
  return {
    ...trial,
    state: "succeeded",
    marks: [...seen.marks],
    ...(seen.progress === undefined ? {} : { progress: seen.progress }),
  };
}

/** Goes on until so many trials are over; those that run then are still running. */
function went(spec: SweepSpec, from: readonly Trial[], over: number): readonly Trial[] {
  let trials = from;
  for (;;) {
    const next = advance(spec, {
      trials,
      now: 0,
      startedAt: 0,
      failuresForgiven: 0,
      terminateRequested: false,
      unwanted: new Set(),
    });
    if (next.isOver || next.trials.filter(isOver).length >= over) return next.trials;
    const first = next.trials.find((trial) => !isOver(trial));
    trials = next.trials.map((trial) => (trial === first ? finished(spec, trial) : trial));
  }
}

describe("a sweep that moves to another deployment", () => {
  it.each([{ type: "random" }, { type: "sobol" }, { type: "tpe", startupTrials: 5 }])(
    "makes the suggestions and stops there that it would have made here, %j",
    (algorithm) => {
      const spec = sweepSpec(properties(algorithm), properties(algorithm).searchSpace, {
        seed: 17,
        nodeCount: 1,
      });
      const half = went(spec, [], 21);
      const document = newSweep(
        ref,
        guid("00000000-0000-4000-8000-000000000001"),
        { spec, template: {} },
        new Date(0),
      );
      const archive = SweepArchive.parse(JSON.parse(textOfNumbers(archiveOf(document, half))));
      // The other deployment would draw another seed.
      const asked = { ...archive.properties, trial: { properties: {} } };
      const there = importedSpec(sweepSpec(asked, asked.searchSpace, { seed: 99, nodeCount: 1 }), archive);
      const moved = went(there, importedTrials(there, archive), 48);
      const stayed = went(spec, half, 48);
      expect(moved).toHaveLength(48);
      expect(moved.map(({ coordinates }) => coordinates)).toEqual(
        stayed.map(({ coordinates }) => coordinates),
      );
      expect(allDecisions(there, moved)).toEqual(allDecisions(spec, stayed));
      expect(allDecisions(there, moved).some(({ stop }) => stop)).toBe(true);
    },
  );
});
