import { command } from "../../command.ts";
import { usageError } from "../../failure.ts";
import { flag, texts } from "../../options.ts";
import { printAll, printing } from "../../output/print.ts";
import { firingColumns } from "../../output/trigger-columns.ts";
import { openService } from "../../service.ts";
import { isoOf, moment } from "../../time-option.ts";
import { ofTrigger, refOfNoun } from "../../trigger-options.ts";
import type { Noun } from "../../trigger-options.ts";

export const triggerReplay = (noun: Noun) =>
  command({
    examples: [
      `${noun} replay -w lab -n arrivals --firing 0a1b2c3d4e5f60718293`,
      `${noun} replay -w lab -n arrivals --failed --since 1d`,
    ],
    options: {
      ...ofTrigger,
      firings: texts("--firing <id>", "that failed or was skipped; may be given several times"),
      failed: flag("--failed", "all that failed"),
      since: moment("--since <time>", "with --failed: those received from then on"),
      ...printing,
    },
    async run(given, context) {
      const { firings, failed, since } = given;
      if (failed === firings.length > 0) throw usageError("Name firings with --firing, or say --failed.");
      if (since !== undefined && !failed) throw usageError("--since goes with --failed.");
      const service = await openService(given, context);
      const ref = await refOfNoun(noun, service, given, given.name);
      const from = since === undefined ? {} : { since: isoOf(since, context.now()) };
      const chosen = failed ? { failed, ...from } : { firings };
      await printAll(await service.client.triggers.replay(ref, chosen), firingColumns, given, context);
    },
  });
