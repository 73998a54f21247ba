// Life of an experiment: created at once, then only deleted (with its jobs).
import { move } from "../shared/transition.ts";
import type { ProvisioningState } from "../shared/batch-ai-error.ts";

export const experimentStates = {
  creating: ["succeeded", "failed"],
  succeeded: ["deleting"],
  failed: ["deleting"],
  deleting: [],
} as const satisfies Record<ProvisioningState, readonly ProvisioningState[]>;

export function nextExperimentState(
  from: ProvisioningState,
  to: ProvisioningState,
  name: string,
): ProvisioningState {
  return move(experimentStates, from, to, `experiment '${name}'`);
}
