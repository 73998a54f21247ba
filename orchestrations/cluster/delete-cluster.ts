// Deletes a cluster: its unfinished jobs end failed, the Batch jobs and the pool go, then its documents.
import { removeClusterRecords, removePool, stopClusterJobs } from "../../contracts/cluster-activities.ts";
import { deleteClusterOrchestration } from "../../contracts/orchestrations.ts";
import { call } from "../lib/call.ts";
import { defineOrchestration } from "../lib/define-orchestration.ts";
import { untilDone } from "../lib/until-done.ts";
import { withOperation } from "../lib/with-operation.ts";

export const deleteCluster = defineOrchestration(deleteClusterOrchestration, function* (context, input) {
  const { cluster, operationId } = input;
  const step = function* () {
    const { remaining } = yield* call(context, stopClusterJobs, { cluster });
    const { gone } = remaining > 0 ? { gone: false } : yield* call(context, removePool, { cluster });
    if (gone) yield* call(context, removeClusterRecords, input);
    return gone;
  };
  return yield* withOperation(context, operationId, untilDone(context, input, step));
});
