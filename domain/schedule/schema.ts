// When a schedule fires: a cron expression or a recurrence, on the clock of a zone, between two times, and what becomes of fire
// times that were missed or that the clock shows twice or never. Defaults are filled in, so that an answer states them.
import { z } from "zod";
import { choice } from "../shared/fields.ts";
import { readCron } from "./cron.ts";
import { Recurrence } from "./recurrence.ts";
import { isTimeZone } from "./zone.ts";

const moment = () =>
  z.iso
    .datetime({ offset: true, error: "expected a time such as '2026-11-01T02:00:00Z'" })
    .transform((text) => new Date(text).toISOString());

const cronExpression = z
  .string({ error: "expected a cron expression such as '30 2 * * *'" })
  .max(200, "expected at most 200 characters")
  .superRefine((text, context) => {
    const read = readCron(text);
    if ("problem" in read) context.addIssue({ code: "custom", message: read.problem });
  });

export const Schedule = z
  .object({
    cron: cronExpression.optional(),
    recurrence: Recurrence.optional(),
    timeZone: z
      .string()
      .default("UTC")
      .refine(isTimeZone, { error: "expected a zone of the IANA database such as 'Europe/Berlin' or 'UTC'" }),
    start: moment().optional(),
    end: moment().optional(),
    /** Fire times that passed while nobody looked. */
    catchup: choice(["none", "last", "all"]).default("last"),
    /** A time that the clock does not show because it is set forward. */
    gap: choice(["next", "skip"]).default("next"),
    /** A time that the clock shows twice; `both` by default for schedules of every hour. */
    overlapHour: choice(["first", "both"]).optional(),
  })
  .superRefine(({ cron, recurrence, start, end }, context) => {
    const refuse = (name: string, message: string) =>
      context.addIssue({ code: "custom", path: [name], message });
    if (cron === undefined && recurrence === undefined)
      refuse("cron", "expected a cron expression, or a recurrence");
    if (cron !== undefined && recurrence !== undefined)
      refuse("recurrence", "expected either cron or recurrence, not both");
    if (recurrence !== undefined && start === undefined)
      refuse("start", "is required with a recurrence, which counts from it");
    if (start !== undefined && end !== undefined && start >= end)
      refuse("end", "expected a time after start");
  });
export type Schedule = z.infer<typeof Schedule>;
