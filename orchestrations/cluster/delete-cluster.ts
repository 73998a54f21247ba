// Deletes a cluster: its unfinished jobs end failed, the Batch jobs and the pool go, then its documents.
import { removeClusterRecords, removePool, stopClusterJobs } from "../../contracts/cluster-activities.ts";
import { deleteClusterFlow } from "../../contracts/orchestrations.ts";
import { call } from "../lib/call.ts";
import { continueAsNew, defineOrchestration } from "../lib/define-orchestration.ts";
import { patience } from "../lib/patience.ts";
import { pause } from "../lib/wait.ts";
import { withOperation } from "../lib/with-operation.ts";

const looksPerExecution = 60;

export const deleteCluster = defineOrchestration(deleteClusterFlow, function* (context, input) {
  const { cluster } = input;
  const steps = function* () {
    for (let round = 0; round < looksPerExecution; round += 1) {
      const { remaining } = yield* call(context, stopClusterJobs, { cluster });
      const { gone } = remaining > 0 ? { gone: false } : yield* call(context, removePool, { cluster });
      if (gone) return yield* call(context, removeClusterRecords, input);
      yield* pause(context, patience(round));
    }
    continueAsNew(context, input);
    return undefined;
  };
  return yield* withOperation(context, input.operationId, steps());
});
