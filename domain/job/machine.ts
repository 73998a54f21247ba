// The two machines of a job: provisioning (does the resource exist) and execution (what its processes do). There is no
// cancelled state: a terminated job is failed with the error JobTerminated.
import type { ProvisioningState } from "../shared/batch-ai-error.ts";
import { move } from "../shared/transition.ts";
import type { ExecutionState } from "./schema.ts";

export const jobStates = {
  creating: ["succeeded", "failed", "deleting"],
  succeeded: ["deleting"],
  failed: ["deleting"],
  deleting: [],
} as const satisfies Record<ProvisioningState, readonly ProvisioningState[]>;

export const executionStates = {
  queued: ["running", "terminating", "succeeded", "failed"],
  running: ["queued", "terminating", "succeeded", "failed"],
  terminating: ["succeeded", "failed"],
  succeeded: [],
  failed: [],
} as const satisfies Record<ExecutionState, readonly ExecutionState[]>;

export function nextExecutionState(from: ExecutionState, to: ExecutionState, name: string): ExecutionState {
  return move(executionStates, from, to, `job '${name}'`);
}

export function isFinished(state: ExecutionState): boolean {
  return state === "succeeded" || state === "failed";
}
