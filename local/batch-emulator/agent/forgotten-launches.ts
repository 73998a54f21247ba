// Records of launches that nobody needs any more. They are removed together a moment later: what runs right after the end of
// a task delays the next one on its slot.
import type { Clock, Timer } from "../../clock.ts";
import type { LaunchRecords } from "./launch-records.ts";

export interface ForgottenLaunches {
  add(id: string): void;
  has(id: string): boolean;
  /** Removes all of them now. */
  clear(): void;
}

const gatherMs = 20;

export function forgottenLaunches(records: Pick<LaunchRecords, "forget">, clock: Clock): ForgottenLaunches {
  const ids = new Set<string>();
  let timer: Timer | undefined;
  const clear = () => {
    timer?.cancel();
    timer = undefined;
    for (const id of ids) records.forget(id);
    ids.clear();
  };
  return {
    add(id) {
      ids.add(id);
      timer ??= clock.at(clock.now() + gatherMs, clear);
    },
    has: (id) => ids.has(id),
    clear,
  };
}
