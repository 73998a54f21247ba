// What is answered about a trigger beside itself and its firings.
import { z } from "zod";
import { time } from "../shared/wire.ts";

export const FiringTimeResponse = z
  .looseObject({
    time: time(),
    local: z.string().meta({ description: "On the clock of the schedule's zone" }),
    edge: z.enum(["gap", "repeated"]).optional(),
  })
  .meta({ id: "FireTime" });
export type FiringTimeResponse = z.infer<typeof FiringTimeResponse>;

export const TriggerTestResponse = z
  .looseObject({
    wouldStart: z.boolean(),
    reason: z.string(),
    firing: z.string(),
    job: z.looseObject({ name: z.string(), body: z.unknown() }).optional(),
    sweep: z.looseObject({ name: z.string(), body: z.unknown() }).optional(),
    cluster: z.looseObject({ name: z.string(), isThere: z.boolean(), body: z.unknown() }).optional(),
  })
  .meta({ id: "TriggerTest" });
export type TriggerTestResponse = z.infer<typeof TriggerTestResponse>;
