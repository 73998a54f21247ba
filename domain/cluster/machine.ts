// Two independent machines of a cluster: its provisioning (does the pool exist) and its allocation (are nodes moving).
import type { ProvisioningState } from "../shared/batch-ai-error.ts";
import { move } from "../shared/transition.ts";
import type { AllocationState } from "./schema.ts";

export const clusterStates = {
  creating: ["succeeded", "failed", "deleting"],
  succeeded: ["failed", "deleting"],
  failed: ["deleting"],
  deleting: [],
} as const satisfies Record<ProvisioningState, readonly ProvisioningState[]>;

export const allocationStates = {
  steady: ["resizing"],
  resizing: ["steady"],
} as const satisfies Record<AllocationState, readonly AllocationState[]>;

export function nextClusterState(
  from: ProvisioningState,
  to: ProvisioningState,
  name: string,
): ProvisioningState {
  return move(clusterStates, from, to, `cluster '${name}'`);
}

export function nextAllocationState(
  from: AllocationState,
  to: AllocationState,
  name: string,
): AllocationState {
  return move(allocationStates, from, to, `cluster '${name}'`);
}
