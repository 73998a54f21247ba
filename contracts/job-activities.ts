// Activities about jobs: names and shapes.
import { z } from "zod";
import { ExecutionState, LossCounters } from "../domain/job/schema.ts";
import { BatchAIError } from "../domain/shared/batch-ai-error.ts";
import { launcherOutcomes } from "../domain/launch/result.ts";
import { contract } from "./contract.ts";
import { ClusterIdentity, JobIdentity } from "./refs.ts";

const nothing = z.undefined();
const run = z.object({ job: JobIdentity, attempt: z.int() });

/** What Azure Batch says of the task of the current run. */
export const TaskSnapshot = z.object({
  state: z.enum(["active", "preparing", "running", "completed"]),
  startTime: z.string().optional(),
  endTime: z.string().optional(),
  exitCode: z.int().optional(),
  failure: z.object({ category: z.string(), code: z.string(), message: z.string() }).optional(),
  requeueCount: z.int(),
});
export type TaskSnapshot = z.infer<typeof TaskSnapshot>;

export const JobView = z.object({
  kind: z.literal("unfinished"),
  executionState: ExecutionState,
  /** The user asked for deletion. */
  deleting: z.boolean(),
  cluster: ClusterIdentity,
  /** The cluster does not exist any more, or is on its way out. */
  clusterGone: z.boolean(),
  /** Why the cluster can never have nodes as it is set up, if that is so. */
  clusterHopeless: z.string().optional(),
  nodeDeallocation: z.enum(["requeue", "terminate", "waitforjobcompletion"]),
  attempt: z.int(),
  losses: LossCounters,
  /** Start of the current run, as the document has it. */
  startTime: z.string().optional(),
  maxWallClockMs: z.number(),
  /** Absent when Batch knows no such task. */
  task: TaskSnapshot.optional(),
});
export type JobView = z.infer<typeof JobView>;

export const lookAtJob = contract(
  "lookAtJob",
  z.object({ job: JobIdentity }),
  z.discriminatedUnion("kind", [
    JobView,
    z.object({ kind: z.literal("finished") }),
    z.object({ kind: z.literal("gone") }),
  ]),
);

/** Puts the run's plan, launcher and secrets where its nodes can fetch them. */
export const stageRun = contract("stageRun", run, nothing);

export const submitRun = contract(
  "submitRun",
  run,
  z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("submitted") }),
    z.object({ kind: z.literal("refused"), reason: z.string() }),
    /** Batch cannot take it now: a quota, or the last Batch job of that name is still being deleted. */
    z.object({ kind: z.literal("later"), reason: z.string() }),
  ]),
);

export const recordStarted = contract("recordStarted", run.extend({ startTime: z.string() }), nothing);

/** Batch put the task back into its queue: the node was lost or taken away. */
export const recordRequeued = contract("recordRequeued", run, nothing);

export const stopRun = contract("stopRun", run, nothing);

const LauncherResult = z.object({
  outcome: z.enum(launcherOutcomes),
  exitCode: z.int().optional(),
  node: z.string(),
  detail: z.string(),
});

/** What the launcher wrote about its end, if anything. */
export const readLauncherResult = contract(
  "readLauncherResult",
  run,
  z.object({ result: LauncherResult.optional() }),
);

export const RunOutcome = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("succeeded"), exitCode: z.literal(0) }),
  z.object({ kind: z.literal("failed"), exitCode: z.int().optional(), errors: z.array(BatchAIError) }),
  z.object({ kind: z.literal("retry"), losses: LossCounters }),
]);

export const recordOutcome = contract(
  "recordOutcome",
  run.extend({
    outcome: RunOutcome,
    cause: z.string(),
    startTime: z.string().optional(),
    endTime: z.string().optional(),
  }),
  nothing,
);

/** After the end: staged files, the place among the cluster's unfinished jobs, a terminate operation that waits. */
export const closeRun = contract("closeRun", z.object({ job: JobIdentity }), nothing);

/** Tells the job's run to end; `ended` when it has. */
export const haltRun = contract("haltRun", z.object({ job: JobIdentity }), z.object({ ended: z.boolean() }));

/** Removes the job's tasks from Batch and its staged files. */
export const removeRuns = contract("removeRuns", z.object({ job: JobIdentity }), nothing);

export const removeJobRecords = contract(
  "removeJobRecords",
  z.object({ job: JobIdentity, operationId: z.string(), actor: z.string() }),
  nothing,
);
