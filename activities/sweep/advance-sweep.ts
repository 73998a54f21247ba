// One look at a sweep, unless it is over or on its way out.
import { pollSweep } from "../../application/sweeps/poll.ts";
import { advanceSweep as contract } from "../../contracts/sweep-activities.ts";
import type { OutputOf } from "../../contracts/contract.ts";
import { isSweepOver } from "../../domain/sweep/machine.ts";
import { defineActivity } from "../lib/define-activity.ts";
import { current } from "../lib/documents.ts";

export const advanceSweep = defineActivity(
  contract,
  async (services, { sweep }): Promise<OutputOf<typeof contract>> => {
    const document = await current(services, sweep);
    if (document === undefined || document.provisioningState === "deleting") return { kind: "over" };
    if (isSweepOver(document.executionState)) return { kind: "over" };
    const { changed, over } = await pollSweep(services, document);
    // Whether it is over, its document says: somebody may have asked for more meanwhile.
    return { kind: "going", changed: changed || over };
  },
);
