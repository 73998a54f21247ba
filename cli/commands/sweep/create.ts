import { command } from "../../command.ts";
import { hint } from "../../hints.ts";
import { printing, printOne } from "../../output/print.ts";
import { sweepColumns } from "../../output/sweep-columns.ts";
import { openService, sweepRef } from "../../service.ts";
import { ofSweep, sweepFile, sweepSpec } from "../../sweep-options.ts";

export const sweepCreate = command({
  examples: ["sweep create -w lab -e digits -n rates -c nodes -f sweep.json"],
  options: { ...ofSweep, ...sweepFile, ...printing },
  async run(given, context) {
    const service = await openService(given, context);
    const ref = sweepRef(service, given, given.name);
    const { sending, properties } = await sweepSpec(service, given, context);
    // The same sweep again is no other; another of that name is refused by the service.
    const sweep = await sending(() => service.client.sweeps.create(ref, { properties }));
    await printOne(sweep, sweepColumns, given, context);
    const place = `-w ${ref.workspace} -e ${ref.experiment} -n ${ref.sweep}`;
    hint(context, `sweep watch ${place}`, `sweep trials ${place} --order-by value`);
  },
});
