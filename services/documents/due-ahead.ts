// Looks at what is due only when something can be: each look reads a little ahead and remembers when the next entry comes, so that an
// app without triggers, or one whose schedules are far away, reads every two minutes instead of every few seconds. What is
// planned by this process is known at once; what another instance plans is found at the next read.
import type { Clock } from "../clock.ts";
import type { Due, DueEntry } from "../due.ts";

/** What another instance planned waits no longer than this. */
const aheadMs = 120_000;

export function dueAhead(due: Due, clock: Clock): Due {
  let nothingBefore = 0;
  /** Entries that were planned while a look was being read may be missing from it. */
  let planned = 0;
  const plan = ({ at }: DueEntry) => {
    planned += 1;
    nothingBefore = Math.min(nothingBefore, Date.parse(at));
  };
  return {
    ...due,
    async add(entry) {
      await due.add(entry);
      plan(entry);
    },
    async settle(entry, next) {
      await due.settle(entry, next);
      if (next !== undefined) plan(next);
    },
    async upTo(moment, size) {
      const ahead = nothingBefore - Date.parse(moment);
      // A clock that was set back must not hold up anything.
      if (ahead > 0 && ahead <= aheadMs) return [];
      const before = planned;
      const horizon = Math.max(clock.now() + aheadMs, Date.parse(moment));
      const entries = await due.upTo(new Date(horizon).toISOString(), size);
      const at = entries.filter((entry) => entry.at <= moment);
      // What was found stays until it is settled: the next look must see it.
      if (at.length === 0 && planned === before)
        nothingBefore = Math.min(horizon, ...entries.map((entry) => Date.parse(entry.at)));
      return at;
    },
  };
}
