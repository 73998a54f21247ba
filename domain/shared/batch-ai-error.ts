// A problem reported on a cluster or job after it was accepted (`errors[]` of the wire shape). Refused requests are
// AppErrors instead (errors.ts).
import { z } from "zod";

export const BatchAIError = z.object({
  code: z.string(),
  message: z.string(),
  details: z.array(z.object({ name: z.string(), value: z.string() })).optional(),
});
export type BatchAIError = z.infer<typeof BatchAIError>;

export const ProvisioningState = z.enum(["creating", "succeeded", "failed", "deleting"]);
export type ProvisioningState = z.infer<typeof ProvisioningState>;
