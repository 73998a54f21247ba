// Deletes a job: its run ends first, then what Batch and storage hold of it goes, its documents last.
import { haltRun, removeJobRecords, removeRuns } from "../../contracts/job-activities.ts";
import { deleteJobOrchestration } from "../../contracts/orchestrations.ts";
import { call } from "../lib/call.ts";
import { continueAsNew, defineOrchestration } from "../lib/define-orchestration.ts";
import { backoff } from "../lib/backoff.ts";
import { pause } from "../lib/wait.ts";
import { withOperation } from "../lib/with-operation.ts";

const roundsPerExecution = 60;

export const deleteJob = defineOrchestration(deleteJobOrchestration, function* (context, input) {
  const steps = function* () {
    for (let round = 0; round < roundsPerExecution; round += 1) {
      const { ended } = yield* call(context, haltRun, { job: input.job });
      if (ended) {
        yield* call(context, removeRuns, { job: input.job });
        return yield* call(context, removeJobRecords, input);
      }
      yield* pause(context, backoff(round));
    }
    continueAsNew(context, input);
    return undefined;
  };
  return yield* withOperation(context, input.operationId, steps());
});
