import { all } from "../../../client/paging.ts";
import { command } from "../../command.ts";
import { printAll, printing } from "../../output/print.ts";
import { sweepColumns } from "../../output/sweep-columns.ts";
import { experimentRef, inExperiment, openService } from "../../service.ts";

export const sweepList = command({
  examples: ["sweep list -w lab -e digits"],
  options: { ...inExperiment, ...printing },
  async run(given, context) {
    const service = await openService(given, context);
    const found = service.client.sweeps.list(experimentRef(service, given));
    await printAll(await all(found), sweepColumns, given, context);
  },
});
