// Keeps a sweep going: looks at it, soon again when something happened, later when nothing did, until it is over. Everything
// that is known is in its documents, so that a crash or a repeated start changes nothing but the time it takes.
import { changed } from "../../contracts/instances.ts";
import { runSweepOrchestration } from "../../contracts/orchestrations.ts";
import { advanceSweep } from "../../contracts/sweep-activities.ts";
import { call } from "../lib/call.ts";
import { continueAsNew, defineOrchestration, note } from "../lib/define-orchestration.ts";
import { backoff } from "../lib/backoff.ts";
import { listenTo } from "../lib/wait.ts";

/** Looks in one execution, so that its history stays short. */
const looksPerExecution = 60;
/** Before the end, so that a hint of the last moment is heard. */
const lastWordMs = 200;
/** `backoff` from here on: a trial that ended is followed by another soon. */
const longestMs = 5_000;

export const runSweep = defineOrchestration(runSweepOrchestration, function* (context, { sweep }) {
  const hints = listenTo(context, changed);
  let quiet = 0;
  for (let look = 0; look < looksPerExecution; look += 1) {
    const found = yield* call(context, advanceSweep, { sweep });
    if (found.kind === "over") {
      note(context, { ending: true });
      if ((yield* hints.wait(lastWordMs)).kind === "timeout") return undefined;
      note(context, { ending: false });
      continue;
    }
    quiet = found.changed ? 0 : quiet + 1;
    const received = yield* hints.wait(Math.min(backoff(quiet), longestMs));
    if (received.kind === "event") quiet = 0;
  }
  continueAsNew(context, { sweep });
  return undefined;
});
