// Polling something until it is over: short pauses at first, then longer ones, and a new execution before the history
// gets long.
import { continueAsNew } from "./define-orchestration.ts";
import { backoff } from "./backoff.ts";
import type { OrchestrationContext, Steps } from "./call.ts";
import { pause } from "./wait.ts";

const roundsPerExecution = 60;

/** `step` answers true when there is nothing more to do. Return right after it: it may have continued as new. */
export function* untilDone(
  context: OrchestrationContext,
  input: object,
  step: () => Steps<boolean>,
): Steps<undefined> {
  for (let round = 0; round < roundsPerExecution; round += 1) {
    if (yield* step()) return undefined;
    yield* pause(context, backoff(round));
  }
  continueAsNew(context, input);
  return undefined;
}
