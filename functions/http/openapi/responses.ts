// What the API answers beside resources, as schemas: for the published description, and for tests that hold real answers
// against it. Schemas of resources stand beside their wire forms. Members that a client does not know may be added at any
// time.
import { z } from "zod";

export const ProviderOperationResponse = z
  .looseObject({
    name: z.string(),
    display: z.looseObject({
      provider: z.string(),
      resource: z.string(),
      operation: z.string(),
      description: z.string(),
    }),
    origin: z.string(),
  })
  .meta({ id: "ProviderOperation" });

/** What Azure Resource Manager answers for itself: told only as far as clients look. */
export const ArmResponse = z.looseObject({ id: z.string() }).meta({ id: "ArmResource" });
