// Looking at something until it is over: short pauses at first, then longer ones, and a new execution before the history
// gets long.
import { continueAsNew } from "./define-orchestration.ts";
import { patience } from "./patience.ts";
import type { OrchestrationContext, Steps } from "./call.ts";
import { pause } from "./wait.ts";

const looksPerExecution = 60;

/** `look` answers true when there is nothing more to do. Return right after it: it may have continued as new. */
export function* untilDone(
  context: OrchestrationContext,
  input: object,
  look: () => Steps<boolean>,
): Steps<undefined> {
  for (let round = 0; round < looksPerExecution; round += 1) {
    if (yield* look()) return undefined;
    yield* pause(context, patience(round));
  }
  continueAsNew(context, input);
  return undefined;
}
