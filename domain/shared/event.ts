// An event of a resource, as clients see it: which of its states moved, when, and why.
import { z } from "zod";
import { BatchAIError } from "./batch-ai-error.ts";
import { time } from "./wire.ts";

/** The members of documents that are states: each move of one is an event. */
export const trackedStates = ["provisioningState", "allocationState", "executionState"] as const;

export const EventResponse = z
  .looseObject({
    id: z.string(),
    name: z.string(),
    type: z.string(),
    properties: z.looseObject({
      time: time(),
      actor: z.string(),
      actorName: z.string().optional(),
      cause: z.string(),
      link: z.string().optional(),
      state: z.enum(trackedStates).optional(),
      from: z.string().optional(),
      to: z.string().optional(),
      errors: z.array(BatchAIError).optional(),
    }),
  })
  .meta({ id: "Event" });
export type EventResponse = z.infer<typeof EventResponse>;
