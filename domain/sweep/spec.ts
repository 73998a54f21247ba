// A sweep as it is asked for: a job as template, what to vary, what to look at, how to search, when to stop. Shapes; what they
// must satisfy together is in spec-rules.ts.
import { z } from "zod";
import { MetricExpressions, Presets } from "../metric/output-metrics.ts";
import { duration, text, wholeNumber } from "../shared/fields.ts";
import { Tags } from "../shared/tags.ts";
import { parseDuration } from "../shared/duration.ts";
import { Objective } from "./objective.ts";
import { Algorithm } from "./search/algorithm.ts";
import { SearchSpace } from "./search/parameter.ts";
import { StoppingPolicy } from "./stopping/policy.ts";

const someTime = () =>
  duration().refine((value) => (parseDuration(value) ?? 0) > 0, {
    error: "expected a duration above zero such as 'PT30M'",
  });

export const mostTrialsOfSweep = 10_000;

export const Limits = z.object({
  maxTrials: wholeNumber(1, mostTrialsOfSweep),
  maxConcurrentTrials: wholeNumber(1, 1000),
  /** Of the whole sweep, from its start. */
  timeout: someTime().optional(),
  /** Of one run of a trial; by default what the template's constraints say. */
  trialTimeout: someTime().optional(),
  /** So many failed trials end the sweep. */
  maxFailedTrials: wholeNumber(1, mostTrialsOfSweep).optional(),
});
export type Limits = z.infer<typeof Limits>;

/** As they are asked for. */
const RequestedLimits = Limits.extend({
  /** By default 4, or as many as there are trials. */
  maxConcurrentTrials: Limits.shape.maxConcurrentTrials.optional(),
});

const above0 = z
  .number({ error: "expected a number above 0" })
  .refine((value) => value > 0, { error: "expected a number above 0" });

/**
 * What all trials together may cost at most: node-hours, or money by a price that somebody looked up on a day. A request may leave the price
 * out where the service knows one; what is kept always has it.
 */
export const Budget = z.object({
  nodeHours: above0.optional(),
  amount: above0.optional(),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/, { error: "expected three capital letters such as 'EUR'" })
    .optional(),
  pricePerNodeHour: above0.optional(),
  pricedOn: z.iso.date({ error: "expected a date such as '2026-11-01'" }).optional(),
  /** Whose price it is. */
  priceSource: text(1000).optional(),
});
export type Budget = z.infer<typeof Budget>;

const fields = {
  searchSpace: SearchSpace,
  objective: Objective,
  metrics: MetricExpressions.default([]),
  presets: Presets.default([]),
  stopping: StoppingPolicy.optional(),
  limits: RequestedLimits,
  budget: Budget.optional(),
  /** A trial whose result is known, by an equal one of the workspace, takes it and does not run. */
  reuse: z.boolean().optional(),
};

export const SweepRequest = z.object({
  tags: Tags.optional(),
  properties: z.object({
    /** A job as it would be PUT: `{ properties: { … } }`. */
    trial: z.object({ properties: z.record(z.string(), z.unknown()) }),
    ...fields,
    algorithm: Algorithm.default({ type: "random" }),
  }),
});
export type SweepRequest = z.infer<typeof SweepRequest>;

/** From this trial on, another policy. */
export const PolicyEra = z.object({ fromTrial: z.int(), policy: StoppingPolicy.optional() });
export type PolicyEra = z.infer<typeof PolicyEra>;

/** With everything filled in that a request may leave out. */
export const SweepSpec = z.object({
  searchSpace: SearchSpace,
  objective: Objective,
  metrics: MetricExpressions,
  presets: Presets.default([]),
  algorithm: Algorithm.and(z.object({ seed: z.int() })),
  policies: z.array(PolicyEra).min(1),
  limits: Limits,
  budget: Budget.optional(),
  reuse: z.boolean().optional(),
  /** See `Algorithm.lag`; fixed at creation, so that another concurrency changes no suggestion. */
  lag: z.int().min(1),
  nodeCount: z.int().min(1),
});
export type SweepSpec = z.infer<typeof SweepSpec>;
