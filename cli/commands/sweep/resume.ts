import { command } from "../../command.ts";
import { printing, printOne } from "../../output/print.ts";
import { sweepColumns } from "../../output/sweep-columns.ts";
import { openService, sweepRef } from "../../service.ts";
import { ofSweep } from "../../sweep-options.ts";

export const sweepResume = command({
  examples: ["sweep resume -w lab -e digits -n rates"],
  options: { ...ofSweep, ...printing },
  async run(given, context) {
    const service = await openService(given, context);
    const going = await service.client.sweeps.resume(sweepRef(service, given, given.name));
    await printOne(going, sweepColumns, given, context);
  },
});
