import { all } from "../../../client/paging.ts";
import { command } from "../../command.ts";
import { printAll, printing } from "../../output/print.ts";
import { trialColumns } from "../../output/sweep-columns.ts";
import { openService, sweepRef } from "../../service.ts";
import { ofSweep, trialQuery } from "../../sweep-options.ts";

export const sweepTrials = command({
  examples: [
    "sweep trials -w lab -e digits -n rates",
    "sweep trials -w lab -e digits -n rates --filter \"state eq 'failed'\" --order-by params.LR",
  ],
  options: { ...ofSweep, ...trialQuery, ...printing },
  async run(given, context) {
    const service = await openService(given, context);
    const trials = await all(service.client.sweeps.trials(sweepRef(service, given, given.name), given));
    await printAll(trials, trialColumns(trials), given, context);
  },
});
