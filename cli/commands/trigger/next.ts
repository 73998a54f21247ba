import { command } from "../../command.ts";
import { wholeNumber } from "../../options.ts";
import { printAll, printing } from "../../output/print.ts";
import { fireTimeColumns } from "../../output/trigger-columns.ts";
import { openService } from "../../service.ts";
import { isoOf, moment } from "../../time-option.ts";
import { ofTrigger, refOfNoun } from "../../trigger-options.ts";

export const scheduleNext = command({
  examples: ["schedule next -w lab -n nightly --count 10"],
  options: {
    ...ofTrigger,
    count: wholeNumber("--count <times>", "how many", 5),
    from: moment("--from <time>", "those after it"),
    ...printing,
  },
  async run(given, context) {
    const service = await openService(given, context);
    const ref = await refOfNoun("schedule", service, given, given.name);
    const from = given.from === undefined ? undefined : isoOf(given.from, context.now());
    const times = await service.client.triggers.nextFireTimes(ref, given.count, from);
    await printAll(times, fireTimeColumns, given, context);
  },
});
