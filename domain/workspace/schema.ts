// Workspace: request, stored document, wire shape (Microsoft.BatchAI 2018-05-01). The only tracked resource: it has a
// location and tags.
import { z } from "zod";
import { assigned } from "../access/assignment.ts";
import { ProvisioningState } from "../shared/batch-ai-error.ts";
import { refShape } from "../shared/resource-id.ts";
import { Tags } from "../shared/tags.ts";

const locationError = "expected a location such as 'eastus'";

export const WorkspaceRequest = z.object({
  location: z.string({ error: locationError }).regex(/^[-\w. ]{1,90}$/, { error: locationError }),
  tags: Tags.optional(),
});
export type WorkspaceRequest = z.infer<typeof WorkspaceRequest>;

export const WorkspacePatch = z.object({ tags: Tags.optional() });
export type WorkspacePatch = z.infer<typeof WorkspacePatch>;

export const WorkspaceDocument = z.object({
  ...refShape("workspace"),
  location: z.string(),
  tags: z.record(z.string(), z.string()),
  creationTime: z.string(),
  provisioningState: ProvisioningState,
  provisioningStateTransitionTime: z.string(),
  ...assigned,
});
export type WorkspaceDocument = z.infer<typeof WorkspaceDocument>;
