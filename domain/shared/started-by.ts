// What made a job or a sweep that nobody asked for by hand.
import { z } from "zod";

/** The firing of a trigger, and how many jobs or sweeps in a row triggers made, this one counted. */
export const StartedBy = z.object({
  trigger: z.string(),
  firing: z.string(),
  depth: z.int().min(1),
  /** Absent for the first of a workflow. */
  workflow: z.string().optional(),
});
export type StartedBy = z.infer<typeof StartedBy>;
