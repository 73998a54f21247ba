// A sweep as it leaves one deployment and comes into another: what was asked for, with its seed, and all that is known of its
// trials. What comes in was written by others: trials that the search space could not have had are refused.
import { z } from "zod";
import { wholeNumber } from "../shared/fields.ts";
import { AppError } from "../shared/errors.ts";
import { reservationNodeMs } from "./budget.ts";
import type { SweepDocument } from "./schema.ts";
import { isPossible } from "./search/space.ts";
import { checkSpec } from "./spec-rules.ts";
import { mostTrialsOfSweep, PolicyEra, SweepRequest } from "./spec.ts";
import type { SweepSpec } from "./spec.ts";
import { isOver, newTrial, Trial } from "./trial.ts";

/** Members of a trial that mean nothing elsewhere. */
const ofThisDeployment = {
  jobGuid: true,
  run: true,
  read: true,
  imported: true,
  reuseKey: true,
  reusedFrom: true,
} as const;

/** What was paid counts against the budget here, too; and each attempt is a job that a deletion looks for. */
const PortableTrial = Trial.omit(ofThisDeployment).extend({
  spent: z.number().min(0, { error: "expected node-milliseconds, not below 0" }),
  reserved: z.number().min(0, { error: "expected node-milliseconds, not below 0" }),
  attempt: wholeNumber(1, 100),
});

export const SweepArchive = z.object({
  version: z.literal(1, { error: "expected 1, as an export with format=archive has it" }),
  properties: SweepRequest.shape.properties.omit({ trial: true, stopping: true }),
  /** Which policy rules the trials from which number on. */
  policies: z.array(PolicyEra).min(1).max(1000),
  trials: z.array(PortableTrial).max(mostTrialsOfSweep),
});
export type SweepArchive = z.infer<typeof SweepArchive>;

export function archiveOf({ spec }: SweepDocument, trials: readonly Trial[]): SweepArchive {
  const { searchSpace, objective, metrics, presets, limits, budget, reuse, policies } = spec;
  const algorithm = spec.algorithm.type === "tpe" ? { ...spec.algorithm, lag: spec.lag } : spec.algorithm;
  return {
    version: 1,
    properties: {
      searchSpace,
      objective,
      metrics,
      presets,
      algorithm,
      limits,
      ...(budget === undefined ? {} : { budget }),
      ...(reuse === true ? { reuse } : {}),
    },
    policies,
    trials: trials.map(portable),
  };
}

function portable(trial: Trial): SweepArchive["trials"][number] {
  const members = Object.entries(trial).filter(([name]) => !Object.hasOwn(ofThisDeployment, name));
  return Object.fromEntries(members) as SweepArchive["trials"][number];
}

/** The spec with the archive's policies. @param spec of the archive's properties, checked. @throws AppError InvalidRequest */
export function importedSpec(spec: SweepSpec, { policies }: SweepArchive): SweepSpec {
  const misplaced = policies.findIndex(({ fromTrial }, at) =>
    at === 0 ? fromTrial !== 0 : fromTrial < (policies[at - 1]?.fromTrial ?? 0),
  );
  if (misplaced >= 0)
    throw refusal(
      `policies[${misplaced}].fromTrial`,
      "must be 0 for the first and grow from one to the next",
    );
  for (const era of policies) checkSpec({ ...spec, policies: [era] });
  return { ...spec, policies };
}

/** What was over is known; what was under way, or waited, begins anew with the same parameters. @throws AppError InvalidRequest */
export function importedTrials(spec: SweepSpec, { trials }: SweepArchive): readonly Trial[] {
  if (trials.length > spec.limits.maxTrials)
    throw refusal(
      "trials",
      `has ${trials.length} trials, more than limits.maxTrials (${spec.limits.maxTrials})`,
    );
  const reserved = spec.budget === undefined ? 0 : reservationNodeMs(spec.limits, spec.nodeCount);
  return trials.map((trial, at) => {
    if (trial.index !== at)
      throw refusal(`trials[${at}].index`, `is ${trial.index}; trials are in order, from 0`);
    if (!isPossible(spec.searchSpace, trial.coordinates))
      throw refusal(`trials[${at}].coordinates`, "is no point of the search space");
    const whole: Trial = { ...trial, read: { run: "", output: 0, file: 0 }, imported: true };
    if (isOver(whole)) return whole;
    const { spent, attempt, coordinates } = whole;
    return { ...newTrial(at, coordinates, spent + reserved), spent, attempt };
  });
}

function refusal(field: string, message: string): AppError {
  const target = `properties.archive.${field}`;
  return new AppError("InvalidRequest", `${target}: ${message}`, { target });
}
