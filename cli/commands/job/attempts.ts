// `batchai job attempts`: each start of a job's program, and how it ended.
import { command } from "../../command.ts";
import { required, text } from "../../options.ts";
import { attemptColumns } from "../../output/columns.ts";
import { printAll, printing } from "../../output/print.ts";
import { inExperiment, jobRef, openService } from "../../service.ts";

export const jobAttempts = command({
  examples: ["job attempts -w lab -e digits -n first"],
  options: { ...inExperiment, name: required(text("-n, --name <name>", "the job")), ...printing },
  async run(given, context) {
    const service = await openService(given, context);
    const { value, omitted } = await service.client.jobs.attempts(jobRef(service, given, given.name));
    if (omitted > 0) context.warn(`${omitted} earlier attempts are not kept.`);
    await printAll(value, attemptColumns, given, context);
  },
});
