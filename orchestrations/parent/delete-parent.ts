// Deletes a workspace or an experiment: everything inside first.
import { deleteChildren, removeParent } from "../../contracts/shared-activities.ts";
import { deleteParentFlow } from "../../contracts/orchestrations.ts";
import { call } from "../lib/call.ts";
import { continueAsNew, defineOrchestration } from "../lib/define-orchestration.ts";
import { patience } from "../lib/patience.ts";
import { pause } from "../lib/wait.ts";
import { withOperation } from "../lib/with-operation.ts";

const looksPerExecution = 60;

export const deleteParent = defineOrchestration(deleteParentFlow, function* (context, input) {
  const { parent, actor, operationId } = input;
  const steps = function* () {
    for (let round = 0; round < looksPerExecution; round += 1) {
      const { remaining } = yield* call(context, deleteChildren, { parent, actor });
      if (remaining === 0) return yield* call(context, removeParent, { parent, actor, operationId });
      yield* pause(context, patience(round));
    }
    continueAsNew(context, input);
    return undefined;
  };
  return yield* withOperation(context, operationId, steps());
});
