// The two machines of a sweep: provisioning (does the resource exist) and execution. One that has ended goes on when it is
// resumed, extended, or some of its trials are retried.
import type { ProvisioningState } from "../shared/batch-ai-error.ts";
import { move } from "../shared/transition.ts";

export const sweepStates = {
  creating: ["succeeded", "failed", "deleting"],
  succeeded: ["deleting"],
  failed: ["deleting"],
  deleting: [],
} as const satisfies Record<ProvisioningState, readonly ProvisioningState[]>;

export const sweepExecutionStates = {
  running: ["terminating", "succeeded", "failed"],
  terminating: ["succeeded", "failed"],
  succeeded: ["running"],
  failed: ["running"],
} as const;
export type SweepExecutionState = keyof typeof sweepExecutionStates;

export function nextSweepState(
  from: SweepExecutionState,
  to: SweepExecutionState,
  name: string,
): SweepExecutionState {
  return move(sweepExecutionStates, from, to, `sweep '${name}'`);
}

export function isSweepOver(state: SweepExecutionState): boolean {
  return state === "succeeded" || state === "failed";
}
