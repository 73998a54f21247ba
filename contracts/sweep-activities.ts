// Activities about sweeps: names and shapes.
import { z } from "zod";
import { contract } from "./contract.ts";
import { SweepIdentity } from "./refs.ts";

/** Looks at the trials, decides what follows, and does it. */
export const advanceSweep = contract(
  "advanceSweep",
  z.object({ sweep: SweepIdentity }),
  z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("going"), changed: z.boolean() }),
    /** It has ended, or is being deleted. */
    z.object({ kind: z.literal("over") }),
  ]),
);

/** Starts the deletion of the trials' jobs; when none is left, removes what is kept of the sweep. */
export const removeSweep = contract(
  "removeSweep",
  z.object({ sweep: SweepIdentity, operationId: z.string(), actor: z.string() }),
  z.object({ gone: z.boolean() }),
);
