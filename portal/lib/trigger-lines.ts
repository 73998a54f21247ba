// What the pages of triggers show and do, as requests.
import { ownVersion, writersOf } from "./command-lines.ts";
import { triggerPath, workspacePath } from "./places.ts";
import type { Place } from "./places.ts";
import type { CommandLine } from "./request-lines.ts";

export function triggerLines(place: Place, origin: string) {
  const { requests } = writersOf(place, origin);
  const version = ownVersion;
  const at = (trigger: string, tail = "") => `${triggerPath(place, trigger)}${tail}`;
  const post = (tail: string) => {
    return (trigger: string, body: object): CommandLine =>
      requests("POST", at(trigger, tail), { version, body });
  };
  return {
    triggers: (): CommandLine => requests("GET", `${workspacePath(place)}/triggers`, { version }),
    trigger: (trigger: string): CommandLine => requests("GET", at(trigger), { version }),
    firings: (trigger: string, decision: string): CommandLine =>
      requests("GET", at(trigger, `/firings${decision === "" ? "" : `?decision=${decision}`}`), { version }),
    next: (trigger: string): CommandLine =>
      requests("GET", at(trigger, "/nextFireTimes?count=5"), { version }),
    change: (trigger: string, properties: object): CommandLine =>
      requests("PATCH", at(trigger), { version, body: { properties } }),
    remove: (trigger: string): CommandLine => requests("DELETE", at(trigger), { version }),
    test: post("/test"),
    run: post("/run"),
    backfill: post("/backfill"),
    replay: post("/replay"),
  };
}
