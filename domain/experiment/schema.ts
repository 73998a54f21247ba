// Experiment: a folder of jobs. PUT has no body, so there is a stored document and a wire shape only.
import { z } from "zod";
import { assigned } from "../access/assignment.ts";
import { ProvisioningState } from "../shared/batch-ai-error.ts";
import { refShape } from "../shared/resource-id.ts";

export const ExperimentDocument = z.object({
  ...refShape("experiment"),
  creationTime: z.string(),
  provisioningState: ProvisioningState,
  provisioningStateTransitionTime: z.string(),
  ...assigned,
});
export type ExperimentDocument = z.infer<typeof ExperimentDocument>;
