// Where a job with a deadline should run: Uniform Progress ("Can't Be Late: Optimizing Spot Instance Savings under Deadlines", NSDI 2024),
// with two changes that made it cheaper in the traces of the tests. Work is to be done in even measure until the deadline; spot nodes are
// taken whenever there are some, dedicated ones while the job is behind that measure, or when what is left could not be done in time
// otherwise. Changed: the measure begins when half of the spare time is over, because spot nodes may come by waiting; and spot nodes that
// come back are taken at once while there is time for one more change. It knows nothing of what spot nodes will do next.
import type { Place } from "./place.ts";
import type { DeadlineTerms } from "./policy.ts";

export interface Situation {
  /** Since the job's creation. */
  readonly elapsedMs: number;
  /** Work that is done and would be left after an end of its nodes, and what the current attempt did. */
  readonly doneMs: number;
  /** Where its program runs; absent while it runs nowhere. */
  readonly runsOn: Place | undefined;
  /** There are spot nodes for it: those on which it runs, or free ones. */
  readonly spotFree: boolean;
}

/** Of the time that is not needed for work: for so much of it the job merely waits for spot nodes, if there are none. */
const waitedShare = 0.5;
/** Changes of nodes for which there must be time: the last one before the deadline; and back to spot nodes, from where it may be made. */
const lastChanges = 2;
const changesForSpot = 4;

/** @returns where it should run, or wait for nodes, from now on. Waiting costs nothing. */
export function uniformProgress(terms: DeadlineTerms, situation: Situation): Place {
  const { deadlineMs, runTimeMs, changeMs } = terms;
  const { elapsedMs, doneMs, runsOn, spotFree } = situation;
  const spareMs = deadlineMs - elapsedMs - Math.max(0, runTimeMs - doneMs);
  // From here on, one more loss would be one too many.
  if (spareMs <= lastChanges * changeMs) return "dedicated";
  if (runsOn === "spot") return "spot";
  if (runsOn === "dedicated") return spotFree && spareMs > changesForSpot * changeMs ? "spot" : "dedicated";
  return spotFree || doneMs >= measure(terms, elapsedMs) ? "spot" : "dedicated";
}

/** The work that should be done by then. */
function measure({ deadlineMs, runTimeMs }: DeadlineTerms, atMs: number): number {
  const beginMs = waitedShare * (deadlineMs - runTimeMs);
  return (runTimeMs * Math.max(0, atMs - beginMs)) / (deadlineMs - beginMs);
}
