import { all } from "../../../client/paging.ts";
import { command } from "../../command.ts";
import { jobColumns } from "../../output/columns.ts";
import { printAll, printing } from "../../output/print.ts";
import { experimentRef, inExperiment, openService } from "../../service.ts";

export const jobList = command({
  examples: ["job list -w lab -e digits"],
  options: { ...inExperiment, ...printing },
  async run(given, context) {
    const service = await openService(given, context);
    const found = service.client.jobs.list(experimentRef(service, given));
    await printAll(await all(found), jobColumns, given, context);
  },
});
