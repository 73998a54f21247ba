// Creates a cluster's pool and says so. The operation is over when Batch has taken the pool: nodes come later, and the
// monitor tells of them.
import { createPool, ensureMonitor, recordProvisioned } from "../../contracts/cluster-activities.ts";
import { createClusterOrchestration } from "../../contracts/orchestrations.ts";
import type { FailureCode } from "../../domain/shared/errors.ts";
import { call } from "../lib/call.ts";
import { defineOrchestration } from "../lib/define-orchestration.ts";
import { withOperation } from "../lib/with-operation.ts";

export const createCluster = defineOrchestration(createClusterOrchestration, function* (context, input) {
  const { cluster, operationId } = input;
  const steps = function* () {
    const answer = yield* call(context, createPool, { cluster });
    const failure = {
      created: undefined,
      notWanted: {
        code: "OperationPreempted" satisfies FailureCode,
        message: "The cluster was deleted before it was created.",
      },
      refused: answer.kind === "refused" ? { code: answer.code, message: answer.message } : undefined,
    }[answer.kind];
    yield* call(context, recordProvisioned, {
      cluster,
      operationId,
      ...(failure === undefined ? {} : { failure }),
    });
    if (answer.kind === "created") yield* call(context, ensureMonitor, { cluster });
    return undefined;
  };
  return yield* withOperation(context, operationId, steps());
});
