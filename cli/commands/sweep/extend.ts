import { command } from "../../command.ts";
import { usageError } from "../../failure.ts";
import { printing, printOne } from "../../output/print.ts";
import { sweepColumns } from "../../output/sweep-columns.ts";
import { openService, sweepRef } from "../../service.ts";
import { extensionOf, extensionOptions } from "../../sweep-extension.ts";
import { ofSweep } from "../../sweep-options.ts";

export const sweepExtend = command({
  examples: [
    "sweep extend -w lab -e digits -n rates --max-trials 48",
    "sweep extend -w lab -e digits -n rates -f more.json",
  ],
  options: { ...ofSweep, ...extensionOptions, ...printing },
  async run(given, context) {
    const service = await openService(given, context);
    const { properties, sending } = await extensionOf(given, context);
    if (properties === undefined)
      throw usageError("Say what it is to get: --max-trials, another limit, or -f with a file.");
    const ref = sweepRef(service, given, given.name);
    const extended = await sending(() => service.client.sweeps.extend(ref, properties));
    await printOne(extended, sweepColumns, given, context);
  },
});
