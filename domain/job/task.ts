// What Azure Batch says of the task of a run.
import { z } from "zod";

export const TaskSnapshot = z.object({
  state: z.enum(["active", "preparing", "running", "completed"]),
  startTime: z.string().optional(),
  endTime: z.string().optional(),
  exitCode: z.int().optional(),
  failure: z.object({ category: z.string(), code: z.string(), message: z.string() }).optional(),
  /** How often Batch itself put it back into its queue. */
  requeueCount: z.int(),
  /** Of several, the first. */
  nodeId: z.string().optional(),
});
export type TaskSnapshot = z.infer<typeof TaskSnapshot>;
