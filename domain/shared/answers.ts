// What answers of the API have in common beside resources, as schemas: for clients, for the published description, and for tests that hold
// real answers against it. Members that a client does not know may be added at any time.
import { z } from "zod";
import { time } from "./wire.ts";

export const ErrorResponse = z
  .looseObject({
    error: z.looseObject({
      code: z.string(),
      message: z.string(),
      target: z.string().optional(),
      details: z
        .array(z.looseObject({ code: z.string(), message: z.string(), target: z.string().optional() }))
        .optional(),
    }),
  })
  .meta({ id: "Error" });

export const OperationStatusResponse = z
  .looseObject({
    id: z.url(),
    name: z.string(),
    status: z.enum(["InProgress", "Succeeded", "Failed"]),
    startTime: time(),
    endTime: time().optional(),
    properties: z.looseObject({ resourceId: z.string() }),
    error: z.looseObject({ code: z.string(), message: z.string() }).optional(),
  })
  .meta({ id: "OperationStatus" });

/** How to reach a node by ssh. */
export const RemoteLoginResponse = z
  .looseObject({ nodeId: z.string(), ipAddress: z.string(), port: z.number() })
  .meta({ id: "RemoteLogin" });
export type RemoteLoginResponse = z.infer<typeof RemoteLoginResponse>;

export const UsageResponse = z
  .looseObject({
    unit: z.literal("Count"),
    currentValue: z.int(),
    limit: z.int(),
    name: z.looseObject({ value: z.string(), localizedValue: z.string() }),
  })
  .meta({ id: "Usage" });
export type UsageResponse = z.infer<typeof UsageResponse>;

/** One thing that a deployment needs to run jobs. */
export const CheckResponse = z
  .looseObject({
    name: z.string(),
    status: z.enum(["ok", "warning", "failed"]),
    detail: z.string(),
    remedy: z.string().optional(),
  })
  .meta({ id: "Check" });
export type CheckResponse = z.infer<typeof CheckResponse>;

/** A page of a list. */
export function listOf<Item extends z.ZodType>(item: Item) {
  return z.looseObject({ value: z.array(item), nextLink: z.url().optional() });
}
