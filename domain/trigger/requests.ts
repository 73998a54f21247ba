// Bodies of what is asked of a trigger by hand.
import { z } from "zod";
import { choice, text } from "../shared/fields.ts";
import { Parameters, TriggerEvent } from "./event.ts";
import { overlaps, TriggerRequest } from "./schema.ts";

const moment = () =>
  z.iso.datetime({ offset: true, error: "expected a time such as '2026-11-01T02:00:00Z'" });

export const TestBody = z.object({
  event: TriggerEvent,
  /** Of a trigger that is not saved, or is to be changed. */
  properties: TriggerRequest.shape.properties.optional(),
});

export const RunBody = z.object({
  /** Names the run: asking twice with the same is asking once. */
  id: text(100).optional(),
  parameters: Parameters.default({}),
});

export const BackfillBody = z
  .object({
    from: moment(),
    /** The first moment that is not asked for. */
    to: moment(),
    overlap: choice(overlaps).default("queue"),
    /** Only lists the fire times. */
    dryRun: z.boolean().default(false),
  })
  .refine(({ from, to }) => Date.parse(from) < Date.parse(to), {
    path: ["to"],
    error: "expected a time after from",
  });

const mostReplayed = 100;

export const ReplayBody = z
  .object({
    firings: z.array(text(64)).min(1).max(mostReplayed, `expected at most ${mostReplayed} ids`).optional(),
    /** All that failed, or a page of them. */
    failed: z.literal(true, { error: "expected true" }).optional(),
    since: moment().optional(),
  })
  .superRefine(({ firings, failed, since }, context) => {
    if ((firings === undefined) === (failed === undefined))
      context.addIssue({
        code: "custom",
        path: ["firings"],
        message: "expected either firings or failed: true",
      });
    if (since !== undefined && failed === undefined)
      context.addIssue({
        code: "custom",
        path: ["since"],
        message: "is for failed: true only; leave it out",
      });
  });
