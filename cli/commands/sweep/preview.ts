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
    const spec = await sweepSpec(service, given, context);
    const preview = await service.client.sweeps.preview(ref, { ...spec, count: given.count });
    const { suggestions } = preview;
    if (given.output === "table" || (given.output === undefined && context.isTerminal.out))
      printAll(suggestions, suggestionColumns(suggestions), { output: "table" }, context);
    else printOne(preview, [], given, context);
  },
});
