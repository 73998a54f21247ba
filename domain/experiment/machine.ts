// Life of an experiment: created at once, then only deleted (with its jobs).
import type { ProvisioningState } from "../shared/batch-ai-error.ts";

export const experimentStates = {
  creating: ["succeeded", "failed"],
  succeeded: ["deleting"],
  failed: ["deleting"],
  deleting: [],
} as const satisfies Record<ProvisioningState, readonly ProvisioningState[]>;
