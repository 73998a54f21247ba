import { all } from "../../../../client/paging.ts";
import { command } from "../../../command.ts";
import { required, text } from "../../../options.ts";
import { nodeColumns } from "../../../output/columns.ts";
import { printAll, printing } from "../../../output/print.ts";
import { inExperiment, jobRef, openService } from "../../../service.ts";

export const jobNodeList = command({
  examples: ["job node list -w lab -e digits -j first"],
  options: { ...inExperiment, job: required(text("-j, --job <name>", "the job")), ...printing },
  async run(given, context) {
    const service = await openService(given, context);
    const found = service.client.jobs.nodes(jobRef(service, given, given.job));
    await printAll(await all(found), nodeColumns, given, context);
  },
});
