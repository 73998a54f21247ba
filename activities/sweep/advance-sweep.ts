// One look at a sweep, unless it is on its way out, or over: then the triggers that wait for its end hear of it.
import { pollSweep } from "../../application/sweeps/poll.ts";
import { notifyTriggers } from "../../application/triggers/notify-triggers.ts";
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
    if (isSweepOver(document.executionState)) {
      await notifyTriggers(services, document);
      return { kind: "over" };
    }
    const { changed, over } = await pollSweep(services, document);
    // Whether it is over, its document says: somebody may have asked for more meanwhile.
    return { kind: "going", changed: changed || over };
  },
);
