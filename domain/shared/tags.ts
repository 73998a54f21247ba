// Names and values that users give to what they own, for their own order.
import { z } from "zod";
import { anyText } from "./fields.ts";

export const Tags = z
  .record(z.string().max(512), anyText(256))
  .refine((tags) => Object.keys(tags).length <= 50, {
    error: "expected at most 50 tags",
  });
export type Tags = z.infer<typeof Tags>;
