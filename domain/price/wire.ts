// What a node costs, as clients see it.
import { z } from "zod";

export const PriceResponse = z
  .looseObject({
    vmSize: z.string(),
    location: z.string(),
    vmPriority: z.enum(["dedicated", "lowpriority"]),
    perNodeHour: z.number(),
    currency: z.string(),
    collectedOn: z.iso.date(),
    source: z.string(),
  })
  .meta({ id: "Price" });
export type PriceResponse = z.infer<typeof PriceResponse>;
