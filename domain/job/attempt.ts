// One attempt of a job: a start of its program, and how that came to an end. Its number is what the program has in AZ_BATCHAI_ATTEMPT.
import { z } from "zod";

/**
 * `finished`: the program ended well. `failed`: the job ended with it. `userRetry`: it failed, and the job's `retries` run it again.
 * `preempted`: its nodes were taken, with or without a notice. `rehearsed`: the same, because somebody asked for it. `moved`: because the
 * job's spot policy wanted it on other nodes. `nodeFault`: a
 * node failed under it. `filesLost`: what was staged for it was gone. `resized`: the cluster shrank. `withdrawn`: it never started, and
 * went back to the queue.
 */
export const attemptCauses = [
  "finished",
  "failed",
  "userRetry",
  "preempted",
  "rehearsed",
  "moved",
  "nodeFault",
  "filesLost",
  "resized",
  "terminated",
  "timeOver",
  "clusterDeleted",
  "withdrawn",
] as const;
export type AttemptCause = (typeof attemptCauses)[number];

/** Why there is a next attempt. */
export const RetryCause = z.enum([
  "preempted",
  "rehearsed",
  "moved",
  "nodeFault",
  "filesLost",
  "resized",
  "userRetry",
]);
export type RetryCause = z.infer<typeof RetryCause>;

/** An attempt that goes on has no cause. */
const attempt = {
  number: z.int().min(1),
  /** Above 1 where Batch itself replaced a lost node and started the task of the same attempt once more. */
  start: z.int().min(1),
  /** Ids of its nodes, the first node's first: the first few of many. */
  nodes: z.array(z.string()),
  /** Whose nodes these are; told of jobs with a spot policy. */
  cluster: z.string().optional(),
  /** Absent where nobody saw it start. */
  startTime: z.string().optional(),
};

export const EndedAttempt = z.object({
  ...attempt,
  cause: z.enum(attemptCauses),
  endTime: z.string(),
  exitCode: z.int().optional(),
});
export type EndedAttempt = z.infer<typeof EndedAttempt>;

export const AttemptResponse = z
  .looseObject({ ...EndedAttempt.partial({ cause: true, endTime: true }).shape })
  .meta({ id: "Attempt" });
export type AttemptResponse = z.infer<typeof AttemptResponse>;

const count = z.int().min(0);
export const AttemptsResponse = z
  .looseObject({
    value: z.array(AttemptResponse),
    /** Earlier ones, which are not kept. */
    omitted: count,
    preemptions: count,
    resizes: count,
    nodeFaults: count,
    userRetries: count,
  })
  .meta({ id: "Attempts" });
export type AttemptsResponse = z.infer<typeof AttemptsResponse>;
