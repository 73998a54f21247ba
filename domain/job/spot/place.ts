// On which kind of nodes a job with a spot policy is.
import { z } from "zod";
import { ResourceId } from "../../shared/fields.ts";

export const Place = z.enum(["spot", "dedicated"]);
export type Place = z.infer<typeof Place>;

/** Of a job that has changed its cluster. */
export const Placement = z.object({
  place: Place,
  cluster: ResourceId,
  /** The first run that it may have there. */
  fromAttempt: z.int().min(1),
});
