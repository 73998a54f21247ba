// Keeps a pool going: renews what runs out.
import { renewPool } from "../../contracts/cluster-activities.ts";
import { maintainPoolOrchestration } from "../../contracts/orchestrations.ts";
import { call } from "../lib/call.ts";
import { defineOrchestration } from "../lib/define-orchestration.ts";

export const maintainPool = defineOrchestration(maintainPoolOrchestration, function* (context, { cluster }) {
  return yield* call(context, renewPool, { cluster });
});
