import { overlaps } from "../../../domain/trigger/schema.ts";
import { command } from "../../command.ts";
import { flag, required, text } from "../../options.ts";
import { printAll, printing } from "../../output/print.ts";
import { fireTimeColumns, firingColumns } from "../../output/trigger-columns.ts";
import { openService } from "../../service.ts";
import { isoOf, moment } from "../../time-option.ts";
import { ofTrigger, refOfNoun } from "../../trigger-options.ts";

export const scheduleBackfill = command({
  examples: [
    "schedule backfill -w lab -n nightly --from 2026-11-01 --to 2026-11-08 --dry-run",
    "schedule backfill -w lab -n nightly --from 7d --to 0d",
  ],
  options: {
    ...ofTrigger,
    from: required(moment("--from <time>", "the first moment")),
    to: required(moment("--to <time>", "the first moment that is not meant")),
    overlap: text("--overlap <how>", `while a job goes on: ${overlaps.join(", ")} (default: queue)`),
    dryRun: flag("--dry-run", "only list the fire times"),
    ...printing,
  },
  async run(given, context) {
    const service = await openService(given, context);
    const ref = await refOfNoun("schedule", service, given, given.name);
    const now = context.now();
    const period = { from: isoOf(given.from, now), to: isoOf(given.to, now) };
    const { triggers } = service.client;
    if (given.dryRun) await printAll(await triggers.slots(ref, period), fireTimeColumns, given, context);
    else await printAll(await triggers.backfill(ref, period, given.overlap), firingColumns, given, context);
  },
});
