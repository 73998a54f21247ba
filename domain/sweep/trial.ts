// A trial as the sweep remembers it: its parameters, what became of it, what it reported. Everything else is its job's.
import { z } from "zod";
import { Figures } from "../metric/figures.ts";
import { Mark, Progress } from "./stopping/marks.ts";

/** `stopping`: its end was asked for, and its job is not over yet. */
export const TrialState = z.enum([
  "queued",
  "running",
  "stopping",
  "succeeded",
  "stopped",
  "failed",
  "canceled",
]);
export type TrialState = z.infer<typeof TrialState>;

/** Why the end of a trial was asked for. */
export const StopCause = z.enum(["policy", "user", "sweepEnded", "budget"]);
export type StopCause = z.infer<typeof StopCause>;

export const Trial = z.object({
  index: z.int(),
  /** Counts the jobs that were made for it, from 1: more than one after retryFailed. */
  attempt: z.int().min(1),
  coordinates: z.record(z.string(), z.number()),
  state: TrialState,
  stopCause: StopCause.optional(),
  /** The place at which the policy stopped it. */
  stoppedAt: z.int().optional(),
  jobGuid: z.string().optional(),
  /** It ran in another deployment: there is no job of it here, nor are its points. */
  imported: z.boolean().optional(),
  /** Digest of what its result depends on, as it was before it began (reuse.ts); of sweeps that take results of equal trials. */
  reuseKey: z.string().optional(),
  /** Id of the job whose result it took, so that it did not run; `jobGuid` is that job's. */
  reusedFrom: z.string().optional(),
  startTime: z.string().optional(),
  endTime: z.string().optional(),
  exitCode: z.int().optional(),
  error: z.object({ code: z.string(), message: z.string() }).optional(),
  /** Node-milliseconds: promised, and paid by runs that are over. */
  reserved: z.number(),
  spent: z.number(),
  /** The run that is not paid yet, by the time at which it started. */
  run: z.string().optional(),
  /** How much of its output and of its metrics file has been read, and of the run that started when. */
  read: z.object({ run: z.string(), output: z.int(), file: z.int() }),
  /** How many points of the objective's metric have been looked at, in the order in which they came. */
  watched: z.int(),
  figures: z.record(z.string(), Figures),
  progress: Progress.optional(),
  marks: z.array(Mark),
});
export type Trial = z.infer<typeof Trial>;

export const SweepRecord = z.object({ version: z.literal(1), trials: z.array(Trial) });
export type SweepRecord = z.infer<typeof SweepRecord>;

export function newTrial(index: number, coordinates: Trial["coordinates"], reserved: number): Trial {
  return {
    index,
    attempt: 1,
    coordinates,
    state: "queued",
    reserved,
    spent: 0,
    read: { run: "", output: 0, file: 0 },
    watched: 0,
    figures: {},
    marks: [],
  };
}

export function isOver({ state }: Trial): boolean {
  return state === "succeeded" || state === "stopped" || state === "failed" || state === "canceled";
}

/** Unique within the experiment as long as nobody else uses the sweep's name as a beginning. */
export function jobNameOf(sweep: string, { index, attempt }: Pick<Trial, "index" | "attempt">): string {
  return `${sweep}_${index}${attempt === 1 ? "" : `_${attempt}`}`;
}

/** So that the names of its jobs are names. */
export const longestSweepName = 50;
