// Looks after a pool: renews what runs out.
import { renewPool } from "../../contracts/cluster-activities.ts";
import { tendPoolFlow } from "../../contracts/orchestrations.ts";
import { call } from "../lib/call.ts";
import { defineOrchestration } from "../lib/define-orchestration.ts";

export const tendPool = defineOrchestration(tendPoolFlow, function* (context, { cluster }) {
  return yield* call(context, renewPool, { cluster });
});
