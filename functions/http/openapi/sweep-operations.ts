// What the published description says of the operations of sweeps beyond those that every kind of resource has.
import { z } from "zod";
import { mostBuckets } from "../../../domain/metric/curve.ts";
import { PostMetricsRequest } from "../../../domain/metric/requests.ts";
import { listOf } from "../../../domain/shared/answers.ts";
import {
  ExtendRequest,
  ImportRequest,
  PreviewRequest,
  RetryRequest,
  SweepPatch,
} from "../../../domain/sweep/requests.ts";
import {
  BestTrialResponse,
  PreviewResponse,
  SweepResponse,
  TrialResponse,
} from "../../../domain/sweep/wire.ts";
import { paged } from "./operation-doc.ts";
import type { OperationDoc } from "./operation-doc.ts";

const sweepChange = (summary: string, body?: z.ZodType): OperationDoc => ({
  summary,
  ...(body === undefined ? {} : { body }),
  ok: SweepResponse,
  conflicts: true,
});
const trialQuery = {
  filter: z.string().optional().meta({ description: "Such as: state eq 'failed' and params.LR lt 0.1" }),
  orderby: z.string().optional().meta({ description: "A field, and asc or desc" }),
};
const trials = { total: z.int(), counts: z.record(z.string(), z.int()) };
const lines = z.string().meta({ description: "CSV or JSON lines" });
export const sweepDocs: Readonly<Record<string, OperationDoc>> = {
  "sweeps-terminate": sweepChange("Ends a sweep and the trials that run"),
  "sweeps-resume": sweepChange("Goes on with a sweep that ended"),
  "sweeps-extend": sweepChange(
    "Gives a sweep more trials, time or money, or another policy from now on",
    ExtendRequest,
  ),
  "sweeps-update": sweepChange("Changes limits, tags, or the policy from now on, of a sweep", SweepPatch),
  "sweeps-import": sweepChange("Creates a sweep from what another deployment exported of it", ImportRequest),
  "sweeps-retryfailed": {
    summary: "Runs failed trials again with the same parameters",
    body: RetryRequest,
    ok: z.looseObject({ trials: z.array(z.int()) }),
    conflicts: true,
  },
  "sweeps-preview": {
    summary: "The first suggestions of a sweep, its rungs, and what it would cost",
    body: PreviewRequest,
    ok: PreviewResponse,
  },
  "sweeps-trials": {
    summary: "Trials of a sweep: a page of them, or columns with view=columns",
    query: {
      ...paged,
      ...trialQuery,
      view: z.enum(["columns"]).optional(),
      fields: z.string().optional().meta({ description: "For columns: names separated by commas" }),
    },
    ok: z.looseObject({ ...trials, value: z.array(TrialResponse).optional(), nextLink: z.url().optional() }),
  },
  "sweeps-trial": { summary: "Shows a trial", ok: TrialResponse },
  "sweeps-trial-terminate": { summary: "Ends a trial", ok: TrialResponse, conflicts: true },
  "sweeps-trial-metrics": {
    summary:
      "Takes points of metrics of a trial whose job has not ended; each is kept once, however often it is sent",
    body: PostMetricsRequest,
    ok: z.looseObject({ points: z.int() }),
    conflicts: true,
  },
  "sweeps-best": { summary: "The best trial so far", ok: BestTrialResponse },
  "sweeps-decisions": {
    summary: "What the stopping policy decided, and why",
    query: paged,
    ok: listOf(z.looseObject({ trial: z.int(), sentence: z.string() })),
  },
  "sweeps-metrics": {
    summary: "Points of one metric of one trial, in buckets or as JSON lines",
    query: {
      metric: z.string().min(1),
      trial: z.coerce.number().int().min(0).optional(),
      points: z.coerce.number().int().min(1).max(mostBuckets).optional(),
      format: z.enum(["jsonl"]).optional(),
    },
    ok: z.looseObject({ n: z.int(), buckets: z.array(z.looseObject({})) }),
  },
  "sweeps-export": {
    summary: "All trials of a sweep as CSV, as JSON lines, or with all that an import needs",
    query: { ...trialQuery, format: z.enum(["csv", "jsonl", "archive"]).optional() },
    ok: lines,
  },
};
