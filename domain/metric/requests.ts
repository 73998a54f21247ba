// Metrics as they are posted. A step is required: a request that is repeated must mean the same.
import { z } from "zod";
import { text, wholeNumber } from "../shared/fields.ts";
import { AnyNumber } from "./number.ts";

export const mostPointsPosted = 1000;

const PostedPoint = z.object({
  name: text(256),
  value: AnyNumber,
  step: wholeNumber(0, Number.MAX_SAFE_INTEGER),
});
export type PostedPoint = z.infer<typeof PostedPoint>;

export const PostMetricsRequest = z.object({
  points: z
    .array(PostedPoint)
    .min(1)
    .max(mostPointsPosted, {
      error: `expected at most ${mostPointsPosted} points; send the rest in another request`,
    }),
});
