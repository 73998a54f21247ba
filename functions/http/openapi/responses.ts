// What the API answers beside resources, as schemas: for the published description, and for tests that hold real answers
// against it. Schemas of resources stand beside their wire forms. Members that a client does not know may be added at any
// time.
import { z } from "zod";
import { BatchAIError } from "../../../domain/shared/batch-ai-error.ts";
import { time } from "../../../domain/shared/wire.ts";
import { trackedStates } from "../../../services/state.ts";

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

export const EventResponse = z
  .looseObject({
    id: z.string(),
    name: z.string(),
    type: z.string(),
    properties: z.looseObject({
      time: time(),
      actor: z.string(),
      cause: z.string(),
      link: z.string().optional(),
      state: z.enum(trackedStates).optional(),
      from: z.string().optional(),
      to: z.string().optional(),
      errors: z.array(BatchAIError).optional(),
    }),
  })
  .meta({ id: "Event" });

/** What Azure Resource Manager answers for itself: told only as far as clients look. */
export const ArmResponse = z.looseObject({ id: z.string() }).meta({ id: "ArmResource" });
