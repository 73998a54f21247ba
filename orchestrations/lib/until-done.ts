// Polling something until it is over: short pauses while something happens, then longer ones, and a new execution before the
// history gets long.
import { continueAsNew } from "./define-orchestration.ts";
import { backoff } from "./backoff.ts";
import type { OrchestrationContext, Steps } from "./call.ts";
import { pause } from "./wait.ts";

const roundsPerExecution = 60;

/** `step` answers true when there is nothing more to do, `progress` when some was done. Return right after it: it may have continued as new. */
export function* untilDone(
  context: OrchestrationContext,
  input: object,
  step: () => Steps<boolean | "progress">,
): Steps<undefined> {
  for (let round = 0, quiet = 0; round < roundsPerExecution; round += 1) {
    const went = yield* step();
    if (went === true) return undefined;
    if (went === "progress") quiet = 0;
    yield* pause(context, backoff(quiet));
    quiet += 1;
  }
  continueAsNew(context, input);
  return undefined;
}
