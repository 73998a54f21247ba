// Activities about jobs: names and shapes.
import { z } from "zod";
import { LossBehind } from "../domain/job/gang-loss.ts";
import { Outcome } from "../domain/job/outcome.ts";
import { JobView } from "../domain/job/view.ts";
import { LauncherResult, StopRequest } from "../domain/launch/result.ts";
import { contract } from "./contract.ts";
import { JobIdentity } from "./refs.ts";

const nothing = z.undefined();
const run = z.object({ job: JobIdentity, attempt: z.int() });

export const readJob = contract(
  "readJob",
  z.object({ job: JobIdentity }),
  z.discriminatedUnion("kind", [
    JobView,
    z.object({ kind: z.literal("finished") }),
    z.object({ kind: z.literal("gone") }),
  ]),
);

/**
 * Sees that the run is not dispatched to Batch from now on, and holds no nodes if it has not been yet; not `claimed` while its
 * cluster's monitor is just doing it.
 */
export const claimRun = contract(
  "claimRun",
  z.object({ job: JobIdentity }),
  z.object({ claimed: z.boolean() }),
);

/** How often Batch says that it started the task anew; absent where it did not. */
const requeueCount = z.int().optional();
/** Those on which it runs, the first node's first; absent where nothing is known of them. */
const nodes = z.array(z.string()).optional();

export const recordStarted = contract(
  "recordStarted",
  run.extend({ startTime: z.string(), requeueCount, nodes }),
  nothing,
);

/**
 * Takes a run back that waits in Batch, because its nodes were lost or taken away, and puts the job into its cluster's
 * queue again.
 */
export const requeueRun = contract(
  "requeueRun",
  run.extend({ hadStarted: z.boolean(), requeueCount }),
  nothing,
);

/** The launcher on the run's nodes ends its program, and has the grace for it. */
export const askToStop = contract("askToStop", run.extend({ request: StopRequest.optional() }), nothing);

export const stopRun = contract("stopRun", run, nothing);

/** What the launcher wrote about its end, if anything, and what became of the nodes of a gang that failed. */
export const readLauncherResult = contract(
  "readLauncherResult",
  run,
  z.object({ result: LauncherResult.optional(), loss: LossBehind.optional() }),
);

/**
 * Ends the run: the job is finished and everything of the run is put away, or it is in the queue for the next. While
 * somebody may be reading the last of its output, the end is not shown yet.
 */
export const recordOutcome = contract(
  "recordOutcome",
  run.extend({
    outcome: Outcome,
    cause: z.string(),
    startTime: z.string().optional(),
    endTime: z.string().optional(),
    requeueCount,
    nodes,
    /** Readers had their time. */
    outputSettled: z.boolean().optional(),
  }),
  z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("recorded") }),
    z.object({ kind: z.literal("heldBack"), ms: z.number() }),
  ]),
);

/** What is left of a finished job: staged files, its place among the active ones, a terminate operation that waits. */
export const closeRun = contract("closeRun", z.object({ job: JobIdentity }), nothing);

/** Sees that nobody else has to do with the job's run any more; not `ended` while somebody has. */
export const haltRun = contract("haltRun", z.object({ job: JobIdentity }), z.object({ ended: z.boolean() }));

/** Removes the job's tasks from Batch and its staged files. */
export const removeRuns = contract("removeRuns", z.object({ job: JobIdentity }), nothing);

export const removeJobRecords = contract(
  "removeJobRecords",
  z.object({ job: JobIdentity, operationId: z.string(), actor: z.string() }),
  nothing,
);
