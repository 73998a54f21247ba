// `batchai job metrics`: what a job reported, by name.
import { command } from "../../command.ts";
import { required, text } from "../../options.ts";
import { metricColumns } from "../../output/columns.ts";
import { printAll, printing } from "../../output/print.ts";
import { inExperiment, jobRef, openService } from "../../service.ts";

export const jobMetrics = command({
  examples: ["job metrics -w lab -e digits -n first"],
  options: { ...inExperiment, name: required(text("-n, --name <name>", "the job")), ...printing },
  async run(given, context) {
    const service = await openService(given, context);
    const { value } = await service.client.jobs.metrics(jobRef(service, given, given.name));
    await printAll(value, metricColumns, given, context);
  },
});
