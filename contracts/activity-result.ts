// How an activity answers: a value, or a failure that repeating cannot cure. Only what may pass by itself is thrown,
// because Durable Functions retries every throw.
import { z } from "zod";

export const ActivityResult = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("done"), value: z.unknown().optional() }),
  z.object({ kind: z.literal("failed"), code: z.string(), message: z.string() }),
]);
export type ActivityResult = z.infer<typeof ActivityResult>;
