// Who asked for a job or a sweep: whoever called, or whoever saved the trigger or made the sweep that made it. For reckoning, not for rights.
import { z } from "zod";

export const MadeBy = z.object({
  /** As the token says it. */
  actor: z.string(),
  /** How people know them. */
  name: z.string().optional(),
});
export type MadeBy = z.infer<typeof MadeBy>;
