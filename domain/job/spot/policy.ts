// What a job on spot nodes does when they are not enough: it goes on on dedicated nodes of another cluster. As it is asked for, and what of it
// can be checked without looking at anything else. Why so: docs/adr/0042-spot-jobs-fall-back-to-a-sibling-cluster.md
import { z } from "zod";
import { parseDuration } from "../../shared/duration.ts";
import { duration, ResourceId, wholeNumber } from "../../shared/fields.ts";

const mostPreemptions = 100;
const usualStartUp = "PT5M";

const isPositive = (text: string) => (parseDuration(text) ?? 0) > 0;
const span = () => duration().refine(isPositive, { error: "expected a duration longer than nothing" });

export const SpotFallback = z
  .object({
    /** After so many preemptions, for good. */
    afterPreemptions: wholeNumber(1, mostPreemptions).optional(),
    /** After it has waited so long for spot nodes, for good. */
    afterWait: span().optional(),
    /** Counted from its creation: on spot nodes where they are to be had, on dedicated ones where it would be late otherwise. */
    deadline: span().optional(),
    /** For `deadline`: how long its program runs if nothing disturbs it. */
    runTime: span().optional(),
    /** For `deadline`: the most work that an end of its nodes costs. */
    checkpointInterval: span().optional(),
    /** For `deadline`: from the decision for other nodes until its program works on them. */
    startUp: span().optional(),
  })
  .superRefine((fallback, context) => {
    const say = (path: string, message: string) =>
      context.addIssue({ code: "custom", path: path === "" ? [] : [path], message });
    const { afterPreemptions, afterWait, deadline, runTime, checkpointInterval } = fallback;
    const simple = afterPreemptions !== undefined || afterWait !== undefined;
    if (deadline === undefined) {
      if (!simple) say("", "expected afterPreemptions, afterWait, both, or deadline");
      for (const name of ["runTime", "checkpointInterval", "startUp"] as const)
        if (fallback[name] !== undefined) say(name, "is for a deadline; set deadline, too, or leave it out");
      return;
    }
    if (simple) say("deadline", "decides by itself; leave afterPreemptions and afterWait out");
    if (runTime === undefined)
      say("runTime", "expected how long the program runs undisturbed: a deadline is kept by it");
    if (checkpointInterval === undefined)
      say("checkpointInterval", "expected how much work an eviction costs at most: a deadline is kept by it");
    const terms = deadlineOf(fallback);
    if (terms !== undefined && terms.deadlineMs < shortestDeadlineMs(terms))
      say(
        "deadline",
        `cannot be kept: runTime and twice (checkpointInterval + startUp) take ${Math.ceil(shortestDeadlineMs(terms) / 60_000)} minutes even on dedicated nodes alone`,
      );
  });
export type SpotFallback = z.infer<typeof SpotFallback>;

export const SpotPolicy = z.object({
  /** Of dedicated nodes, and with the same mounts. */
  cluster: ResourceId,
  fallback: SpotFallback,
});
export type SpotPolicy = z.infer<typeof SpotPolicy>;

/** A deadline in numbers. */
export interface DeadlineTerms {
  readonly deadlineMs: number;
  readonly runTimeMs: number;
  /** What a change of nodes costs at most: work since the last checkpoint, and the start on the next. */
  readonly changeMs: number;
  readonly checkpointMs: number;
}

/** Absent where the policy has no deadline. */
export function deadlineOf(fallback: {
  readonly [Name in keyof SpotFallback]?: SpotFallback[Name] | undefined;
}): DeadlineTerms | undefined {
  const ms = (text: string | undefined) => (text === undefined ? undefined : parseDuration(text));
  const deadlineMs = ms(fallback.deadline);
  const runTimeMs = ms(fallback.runTime);
  const checkpointMs = ms(fallback.checkpointInterval);
  const startUpMs = ms(fallback.startUp ?? usualStartUp);
  if (
    deadlineMs === undefined ||
    runTimeMs === undefined ||
    checkpointMs === undefined ||
    startUpMs === undefined
  )
    return undefined;
  return { deadlineMs, runTimeMs, checkpointMs, changeMs: checkpointMs + startUpMs };
}

/** Shorter ones are not to be kept even by dedicated nodes alone that are changed to at once. */
export const shortestDeadlineMs = ({ runTimeMs, changeMs }: DeadlineTerms): number =>
  runTimeMs + 2 * changeMs;
