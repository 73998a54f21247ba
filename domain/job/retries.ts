// How often a job runs again by itself after a failure: of its program, and of a node. Evictions and shrinking clusters are neither;
// they use up nothing.
import { z } from "zod";
import { wholeNumber } from "../shared/fields.ts";

export const mostRetries = 100;

/** Runs lost to faulty nodes after which a job fails that says nothing else. */
export const usualNodeFaults = 3;

const exitCode = () => wholeNumber(1, 255);

export const Retries = z
  .object({
    /** After its program, or its preparation, ended with an exit code other than 0. */
    onFailure: wholeNumber(0, mostRetries).optional(),
    /** `onFailure` is for these alone. */
    onExitCodes: z
      .array(exitCode())
      .min(1, { error: "expected at least one exit code; leave it out for all" })
      .max(64, { error: "expected at most 64 exit codes" })
      .refine((codes) => new Set(codes).size === codes.length, {
        error: "expected each exit code once",
      })
      .optional(),
    /** After a node failed under it. */
    onNodeFault: wholeNumber(0, mostRetries).optional(),
  })
  .refine(({ onFailure, onExitCodes }) => onExitCodes === undefined || (onFailure ?? 0) > 0, {
    error: "says for which exit codes the job runs again, but not how often: set onFailure, too",
    path: ["onExitCodes"],
  });
export type Retries = z.infer<typeof Retries>;

export function mayRetry(retries: Retries | undefined, exitCode: number, done: number): boolean {
  const { onFailure = 0, onExitCodes } = retries ?? {};
  return done < onFailure && (onExitCodes === undefined || onExitCodes.includes(exitCode));
}

/** Whether a further run that was lost to a faulty node is one too many. */
export function tooManyNodeFaults(retries: Retries | undefined, before: number): boolean {
  return before >= (retries?.onNodeFault ?? usualNodeFaults - 1);
}
