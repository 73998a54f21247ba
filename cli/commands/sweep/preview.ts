import { command } from "../../command.ts";
import { wholeNumber } from "../../options.ts";
import { printAll, printing, printOne } from "../../output/print.ts";
import { suggestionColumns } from "../../output/sweep-columns.ts";
import { openService, sweepRef } from "../../service.ts";
import { ofSweep, sweepFile, sweepSpec } from "../../sweep-options.ts";

export const sweepPreview = command({
  examples: ["sweep preview -w lab -e digits -n rates -c nodes -f sweep.json --count 10"],
  options: {
    ...ofSweep,
    ...sweepFile,
    count: wholeNumber("--count <trials>", "how many suggestions", 5),
    ...printing,
  },
  async run(given, context) {
    const service = await openService(given, context);
    const ref = sweepRef(service, given, given.name);
    const { sending, properties } = await sweepSpec(service, given, context);
    const preview = await sending(() =>
      service.client.sweeps.preview(ref, { properties, count: given.count }),
    );
    const { suggestions } = preview;
    if (
      given.query === undefined &&
      (given.output === "table" || (given.output === undefined && context.isTerminal.out))
    )
      await printAll(
        suggestions,
        suggestionColumns(suggestions),
        { output: "table", query: undefined },
        context,
      );
    else await printOne(preview, [], given, context);
  },
});
