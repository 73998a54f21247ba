// A sweep as it is stored: what it was asked for, what was asked of it since, and how far it is. Its trials are in its
// record, apart: they would not fit into one document.
import { z } from "zod";
import { BatchAIError, ProvisioningState } from "../shared/batch-ai-error.ts";
import { refShape } from "../shared/resource-id.ts";
import { MadeBy } from "../shared/made-by.ts";
import { StartedBy } from "../shared/started-by.ts";
import { WireNumber } from "../metric/number.ts";
import { SweepSpec } from "./spec.ts";
import { TrialState } from "./trial.ts";

export const BestTrial = z.object({
  trial: z.int(),
  value: WireNumber,
  step: z.number(),
  job: z.string(),
  /** As of its trial. */
  reusedFrom: z.string().optional(),
});

/** What clients see at one look, without reading the record. */
export const SweepSummary = z.object({
  total: z.int(),
  counts: z.partialRecord(TrialState, z.int()),
  /** Trials that took an earlier result; absent for none. */
  reused: z.int().optional(),
  best: BestTrial.optional(),
  /** Node-milliseconds: paid, and paid or promised. */
  spent: z.number(),
  committed: z.number(),
  warnings: z.array(z.object({ code: z.string(), message: z.string() })),
});
export type SweepSummary = z.infer<typeof SweepSummary>;

export const SweepDocument = z.object({
  ...refShape("sweep"),
  guid: z.string(),
  spec: SweepSpec,
  /** The template as clients see it; the whole of it, with its secrets, is in the secret store. */
  template: z.record(z.string(), z.unknown()),
  tags: z.record(z.string(), z.string()).optional(),
  creationTime: z.string(),
  provisioningState: ProvisioningState,
  provisioningStateTransitionTime: z.string(),
  executionState: z.enum(["running", "terminating", "succeeded", "failed"]),
  executionStateTransitionTime: z.string(),
  /** Of the last time that it began or went on: its timeout counts from here. */
  startTime: z.string(),
  endTime: z.string().optional(),
  /** Why it started no more trials. */
  endReason: z.string().optional(),
  errors: z.array(BatchAIError),
  /** Grows whenever somebody asks something of it. */
  requests: z.int(),
  /** Trials that somebody wants to end. */
  unwanted: z.array(z.int()),
  /** Trials to run again, each with the attempt that failed. */
  retries: z.array(z.object({ trial: z.int(), attempt: z.int() })),
  failuresForgiven: z.int(),
  startedBy: StartedBy.optional(),
  /** Absent from documents of older versions. */
  madeBy: MadeBy.optional(),
  summary: SweepSummary,
});
export type SweepDocument = z.infer<typeof SweepDocument>;
