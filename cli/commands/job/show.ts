import { command } from "../../command.ts";
import { required, text } from "../../options.ts";
import { jobColumns } from "../../output/columns.ts";
import { printing, printOne } from "../../output/print.ts";
import { inExperiment, jobRef, openService } from "../../service.ts";

export const jobShow = command({
  examples: ["job show -w lab -e digits -n first"],
  options: { ...inExperiment, name: required(text("-n, --name <name>", "its name")), ...printing },
  async run(given, context) {
    const service = await openService(given, context);
    const found = await service.client.jobs.get(jobRef(service, given, given.name));
    await printOne(found, jobColumns, given, context);
  },
});
