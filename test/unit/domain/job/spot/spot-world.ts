// A job with a deadline in virtual time, over a trace of when there are spot nodes. A minute a step; what an eviction costs of the work is up to
// chance, within what the job says of itself.
import type { Random } from "../../../../../local/random.ts";
import type { DeadlineTerms } from "../../../../../domain/job/spot/policy.ts";
import type { Place } from "../../../../../domain/job/spot/place.ts";
import type { Situation } from "../../../../../domain/job/spot/uniform-progress.ts";

const minute = 60_000;
/** Of what a dedicated node costs. */
const spotPrice = 0.3;

/** Minutes of availability and of its absence in turns, each as long as chance has it around its mean. */
export function availability(
  random: Random,
  meanUp: number,
  meanDown: number,
): (atMinute: number) => boolean {
  const changes: number[] = [];
  const about = (mean: number) => Math.max(1, Math.round(-Math.log(1 - random.next()) * mean));
  let up = random.next() < meanUp / (meanUp + meanDown);
  const first = up;
  let until = 0;
  return (atMinute) => {
    while (until <= atMinute) {
      until += about(up ? meanUp : meanDown);
      changes.push(until);
      up = !up;
    }
    const passed = changes.findIndex((change) => change > atMinute);
    return passed % 2 === 0 ? first : !first;
  };
}

type Policy = (terms: DeadlineTerms, situation: Situation) => Place;

/** What is done without a measure: spot nodes while there are some, and dedicated ones when there is no time for anything else. */
export const greedy: Policy = (
  { deadlineMs, runTimeMs, changeMs },
  { elapsedMs, doneMs, runsOn, spotFree },
) => {
  const leftMs = Math.max(0, runTimeMs - doneMs);
  if (deadlineMs - elapsedMs <= leftMs + 2 * changeMs) return "dedicated";
  return runsOn === "dedicated" && !spotFree ? "dedicated" : "spot";
};

interface Told {
  /** In minutes of a dedicated node. */
  readonly cost: number;
  readonly endedMs: number;
  readonly moves: number;
}

export function live(
  policy: Policy,
  terms: DeadlineTerms,
  isUp: (atMinute: number) => boolean,
  random: Random,
): Told {
  const startUp = Math.round((terms.changeMs - terms.checkpointMs) / minute);
  let kept = 0; // work that is safe, in truth
  let credited = 0; // and as it is reckoned
  let cost = 0;
  let moves = 0;
  let run: { readonly on: Place; worksFrom: number; readonly since: number } | undefined;
  const ranMs = (at: number) => (run === undefined ? 0 : Math.max(0, at - run.worksFrom) * minute);
  const stop = (at: number) => {
    kept += Math.max(0, ranMs(at) - random.next() * terms.checkpointMs);
    credited += Math.max(0, ranMs(at) - terms.checkpointMs);
    run = undefined;
  };
  for (let at = 0; ; at += 1) {
    if (kept + ranMs(at) >= terms.runTimeMs) return { cost, endedMs: at * minute, moves };
    if (at * minute > 4 * terms.deadlineMs) return { cost, endedMs: Infinity, moves };
    const spotFree = isUp(at);
    if (run?.on === "spot" && !spotFree) stop(at);
    const doneMs = credited + ranMs(at);
    const place = policy(terms, { elapsedMs: at * minute, doneMs, runsOn: run?.on, spotFree });
    if (run !== undefined && run.on !== place) stop(at);
    if (run === undefined && (place === "dedicated" || spotFree)) {
      run = { on: place, since: at, worksFrom: at + startUp };
      moves += 1;
    }
    if (run !== undefined) cost += run.on === "spot" ? spotPrice : 1;
  }
}
