// What whoever asks for a forecast expects of trials and nodes.
import { z } from "zod";
import { duration, wholeNumber } from "../shared/fields.ts";

export const Expectations = z
  .object({
    /** Of one trial that nothing interrupts, from its start on a node to its end: the median. */
    trialDuration: duration().optional(),
    /** The same, trial by trial, from number 0 on; later ones take as long as some of these. */
    trialDurations: z.array(duration()).min(1).max(10_000).optional(),
    /** Standard deviation of the logarithm of durations: 0.3 is about a third longer or shorter. */
    spread: z.number().min(0).max(3).default(0),
    /**
     * From when there is room for a trial to its start on a node; by default as sweeps of the experiment on the same cluster waited, 0 where
     * there are none. Nobody pays for it, unless a node was lost.
     */
    startDelay: duration().optional(),
    /** How often a node is taken away; the trial begins anew, or where it was with `checkpoints`. */
    evictionsPerNodeHour: z.number().min(0).max(60).default(0),
    checkpoints: z.boolean().default(false),
    /** Reports of the objective's metric in one trial, evenly spaced; trials keep their order among each other. */
    reports: wholeNumber(1, 1000).default(1),
    /** The step of the last report. */
    lastStep: wholeNumber(1).optional(),
    /** Nodes of the cluster; by default as many as the concurrent trials need. */
    nodes: wholeNumber(1, 100_000).optional(),
    /** Of one node, in `currency`; by default the price of the sweep's budget, if it has one. */
    pricePerNodeHour: z.number().positive().optional(),
    currency: z
      .string()
      .regex(/^[A-Z]{3}$/, { error: "expected three capital letters such as 'EUR'" })
      .optional(),
  })
  .refine((given) => given.trialDuration === undefined || given.trialDurations === undefined, {
    path: ["trialDurations"],
    error: "expected either trialDuration or trialDurations, not both",
  })
  .refine((given) => (given.pricePerNodeHour === undefined) === (given.currency === undefined), {
    path: ["currency"],
    error: "expected both pricePerNodeHour and currency, or neither",
  });
export type Expectations = z.infer<typeof Expectations>;
