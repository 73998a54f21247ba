// Experiment: a folder of jobs. PUT has no body, so there is a stored document and a wire shape only.
import { z } from "zod";
import { ProvisioningState } from "../shared/batch-ai-error.ts";

export const ExperimentDocument = z.object({
  kind: z.literal("experiment"),
  subscriptionId: z.string(),
  resourceGroup: z.string(),
  workspace: z.string(),
  experiment: z.string(),
  creationTime: z.string(),
  provisioningState: ProvisioningState,
  provisioningStateTransitionTime: z.string(),
});
export type ExperimentDocument = z.infer<typeof ExperimentDocument>;
