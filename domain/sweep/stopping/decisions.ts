// All decisions of a policy, from what the trials have shown so far. A trial is judged at a place against the trials of lower
// index only, and not before each of them has been there or can never come; meanwhile it goes on. So that a decision depends
// on what trials report, and neither on who was faster nor on when somebody looked: more reports add decisions and change none (docs/adr/0027).
import type { Goal } from "../objective.ts";
import type { Mark } from "./marks.ts";
import type { StoppingPolicy } from "./policy.ts";
import { countBelow, countsEnded, judge, shownLoss } from "./rules.ts";
import type { Verdict } from "./rules.ts";
import { groupOf } from "./rungs.ts";

export interface ObservedTrial {
  readonly index: number;
  readonly marks: readonly Mark[];
  /** It will make no mark any more. */
  readonly over: boolean;
}

export interface Decision extends Verdict {
  readonly trial: number;
  readonly at: number;
  readonly step: number;
}

/** @param trials those that this policy watches, ordered by index. */
export function decisionsOf(
  policy: StoppingPolicy,
  goal: Goal,
  trials: readonly ObservedTrial[],
): readonly Decision[] {
  const groups = new Map<number, ObservedTrial[]>();
  for (const trial of trials) {
    const group = groupOf(policy, trial.index);
    const others = groups.get(group);
    if (others === undefined) groups.set(group, [trial]);
    else others.push(trial);
  }
  return [...groups.values()].flatMap((group) => decisionsOfGroup(policy, goal, group));
}

function decisionsOfGroup(
  policy: StoppingPolicy,
  goal: Goal,
  trials: readonly ObservedTrial[],
): readonly Decision[] {
  const places = [...new Set(trials.flatMap(({ marks }) => marks.map(({ at }) => at)))].sort((a, b) => a - b);
  const markAt = trials.map(({ marks }) => new Map(marks.map((mark) => [mark.at, mark])));
  const stoppedAt = new Map<number, number>();
  const decisions: Decision[] = [];
  let settled = trials.length;
  for (const at of places) {
    const others: number[] = [];
    for (const [place, trial] of trials.slice(0, settled).entries()) {
      const stopped = stoppedAt.get(trial.index);
      const mark = stopped === undefined ? markAt[place]?.get(at) : undefined;
      if (mark !== undefined) {
        const verdict = judge(policy, goal, mark, others);
        decisions.push({ trial: trial.index, at, step: mark.step, ...verdict });
        if (verdict.stop) stoppedAt.set(trial.index, at);
        insert(others, shownLoss(policy, goal, mark));
      } else if (stopped !== undefined || trial.over) {
        const last = trial.marks.findLast((earlier) => earlier.at <= Math.min(at, stopped ?? at));
        if (last !== undefined && countsEnded(policy)) insert(others, shownLoss(policy, goal, last));
      } else {
        // Whoever comes after it waits, here and at all places beyond.
        settled = place;
        break;
      }
    }
  }
  return decisions;
}

function insert(sorted: number[], value: number): void {
  sorted.splice(countBelow(sorted, value), 0, value);
}
