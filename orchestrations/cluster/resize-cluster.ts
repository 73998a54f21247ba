// Brings the pool to the cluster's scale settings; waits while Batch is busy with the resize before.
import { applyScale, ensureMonitor } from "../../contracts/cluster-activities.ts";
import { resizeClusterOrchestration } from "../../contracts/orchestrations.ts";
import { call } from "../lib/call.ts";
import { continueAsNew, defineOrchestration } from "../lib/define-orchestration.ts";
import { backoff } from "../lib/backoff.ts";
import { pause } from "../lib/wait.ts";

const triesPerExecution = 40;

export const resizeCluster = defineOrchestration(resizeClusterOrchestration, function* (context, input) {
  let asked = input;
  for (let round = 0; round < triesPerExecution; round += 1) {
    const { kind } = yield* call(context, applyScale, asked);
    if (kind === "notWanted") return undefined;
    if (kind === "applied") return yield* call(context, ensureMonitor, { cluster: input.cluster });
    asked = { since: context.df.currentUtcDateTime.toISOString(), ...asked };
    yield* pause(context, backoff(round));
  }
  continueAsNew(context, asked);
  return undefined;
});
