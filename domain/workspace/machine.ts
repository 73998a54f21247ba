// Life of a workspace: created at once, then only deleted.
import type { ProvisioningState } from "../shared/batch-ai-error.ts";

export const workspaceStates = {
  creating: ["succeeded", "failed"],
  succeeded: ["deleting"],
  failed: ["deleting"],
  deleting: [],
} as const satisfies Record<ProvisioningState, readonly ProvisioningState[]>;
