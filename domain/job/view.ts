// What one read says of a job that has not ended, or is to be deleted: its document, its cluster, the task of its current run.
import { z } from "zod";
import { Retries } from "./retries.ts";
import { ExecutionState, LossCounters } from "./schema.ts";
import { TaskSnapshot } from "./task.ts";

export const JobView = z.object({
  kind: z.literal("unfinished"),
  executionState: ExecutionState,
  /** The user asked for deletion. */
  deleting: z.boolean(),
  /** The cluster does not exist any more, or is on its way out. */
  clusterGone: z.boolean(),
  /** Why the cluster can never have nodes as it is set up, if that is so. */
  clusterUnschedulable: z.string().optional(),
  attempt: z.int(),
  losses: LossCounters,
  /** As the job asks for them. */
  retries: Retries.optional(),
  /** Start of the current run, as the document has it. */
  startTime: z.string().optional(),
  maxWallClockMs: z.number(),
  /** The run's launcher hung after it had left its result, and its task was ended for that. */
  launcherHung: z.boolean().optional(),
  /** Somebody asked for an eviction of the current run. */
  rehearsed: z.boolean().optional(),
  /** It was its spot policy, which wants it elsewhere. */
  moves: z.boolean().optional(),
  /** It is asked to end, and its launcher has time to end it. */
  mayStillStop: z.boolean().optional(),
  /** Absent when Batch knows no such task. */
  task: TaskSnapshot.optional(),
});
export type JobView = z.infer<typeof JobView>;
