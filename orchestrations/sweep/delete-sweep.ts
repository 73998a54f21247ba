// Deletes a sweep: the jobs of its trials first, then what is kept of it.
import { deleteSweepOrchestration } from "../../contracts/orchestrations.ts";
import { removeSweep } from "../../contracts/sweep-activities.ts";
import { call } from "../lib/call.ts";
import { defineOrchestration } from "../lib/define-orchestration.ts";
import { untilDone } from "../lib/until-done.ts";
import { withOperation } from "../lib/with-operation.ts";

export const deleteSweep = defineOrchestration(deleteSweepOrchestration, function* (context, input) {
  const look = function* () {
    const { gone } = yield* call(context, removeSweep, input);
    return gone;
  };
  return yield* withOperation(context, input.operationId, untilDone(context, input, look));
});
