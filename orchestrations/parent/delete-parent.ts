// Deletes a workspace or an experiment: everything inside first.
import { deleteChildren, removeParent } from "../../contracts/shared-activities.ts";
import { deleteParentOrchestration } from "../../contracts/orchestrations.ts";
import { call } from "../lib/call.ts";
import { defineOrchestration } from "../lib/define-orchestration.ts";
import { untilDone } from "../lib/until-done.ts";
import { withOperation } from "../lib/with-operation.ts";

export const deleteParent = defineOrchestration(deleteParentOrchestration, function* (context, input) {
  const { parent, actor, operationId } = input;
  const step = function* () {
    const { remaining, progress } = yield* call(context, deleteChildren, { parent, actor });
    if (remaining === 0) yield* call(context, removeParent, { parent, actor, operationId });
    return remaining === 0 || (progress === true && "progress");
  };
  return yield* withOperation(context, operationId, untilDone(context, input, step));
});
