// The bodies of what can be asked of a sweep beside a PUT.
import { z } from "zod";
import { wholeNumber } from "../shared/fields.ts";
import { Tags } from "../shared/tags.ts";
import { SweepArchive } from "./archive.ts";
import { Expectations } from "./expectations.ts";
import { Budget, Limits, SweepRequest } from "./spec.ts";
import { StoppingPolicy } from "./stopping/policy.ts";
import { TrialState } from "./trial.ts";

export const ExtendRequest = z.object({
  properties: z.object({
    /** Without defaults: what is not named stays as it is. */
    limits: Limits.partial().optional(),
    /** `{"type": "none"}`: no policy from now on. */
    stopping: z.union([z.object({ type: z.literal("none") }), StoppingPolicy]).optional(),
    budget: Budget.optional(),
  }),
});
export type ExtendRequest = z.infer<typeof ExtendRequest>;

/** What of a sweep can be changed without starting anything: it goes on, or stays ended, with that. */
export const SweepPatch = z.object({
  /** All of them: they replace those that there were. */
  tags: Tags.optional(),
  properties: ExtendRequest.shape.properties.optional(),
});
export type SweepPatch = z.infer<typeof SweepPatch>;

export const RetryRequest = z.object({
  exitCodes: z.array(z.int()).min(1).optional(),
  states: z.array(TrialState).min(1).default(["failed"]),
  trials: z.array(wholeNumber(0)).min(1).optional(),
});

export const ImportRequest = z.object({
  properties: z.object({
    /** A job as it would be PUT, as in a PUT of a sweep. */
    trial: SweepRequest.shape.properties.shape.trial,
    /** What an export with format=archive gave. */
    archive: SweepArchive,
  }),
});

export const PreviewRequest = z.object({
  /** As in a PUT; absent: of the sweep as it is. */
  properties: SweepRequest.shape.properties.optional(),
  count: wholeNumber(1, 1000).default(5),
  /** Without a duration of trials they take what those of the sweep that is there took. */
  forecast: Expectations.optional(),
});
