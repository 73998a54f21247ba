// Looks after a pool: renews what runs out.
import { renewPool as renew } from "../../contracts/cluster-activities.ts";
import { renewPoolFlow } from "../../contracts/orchestrations.ts";
import { call } from "../lib/call.ts";
import { defineOrchestration } from "../lib/define-orchestration.ts";

export const renewPool = defineOrchestration(renewPoolFlow, function* (context, { cluster }) {
  return yield* call(context, renew, { cluster });
});
