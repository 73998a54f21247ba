import { parseIdOf } from "../../../domain/shared/resource-id.ts";
import { command } from "../../command.ts";
import { hint } from "../../hints.ts";
import { printing, printOne } from "../../output/print.ts";
import { trialColumns } from "../../output/sweep-columns.ts";
import { openService, sweepRef } from "../../service.ts";
import { ofSweep } from "../../sweep-options.ts";

export const sweepBest = command({
  examples: ["sweep best -w lab -e digits -n rates"],
  options: { ...ofSweep, ...printing },
  async run(given, context) {
    const service = await openService(given, context);
    const ref = sweepRef(service, given, given.name);
    const best = await service.client.sweeps.best(ref);
    await printOne(best, trialColumns([best]), given, context);
    const { experiment, job } =
      best.reusedFrom === undefined ? { ...ref, job: best.job } : parseIdOf("job", best.reusedFrom);
    hint(context, `job file list -w ${ref.workspace} -e ${experiment} -j ${job}`);
  },
});
