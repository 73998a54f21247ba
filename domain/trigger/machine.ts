// Life of a trigger: created at once, then only deleted. Whether it is enabled is no state of its life.
import type { ProvisioningState } from "../shared/batch-ai-error.ts";

export const triggerStates = {
  creating: ["succeeded", "failed"],
  succeeded: ["deleting"],
  failed: ["deleting"],
  deleting: [],
} as const satisfies Record<ProvisioningState, readonly ProvisioningState[]>;
