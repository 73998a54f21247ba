// `batchai submit FILE`: a job.json of 2018, or the same in YAML, to a cluster that is there. With `--follow` it shows what the job says and ends
// with its exit code.
import { randomBytes } from "node:crypto";
import { command } from "../command.ts";
import { followOutput, hintWayBack } from "../follow-output.ts";
import { exitCodeOf, printErrors } from "../job-end.ts";
import { submission, submitJob } from "../job-submission.ts";
import { metricsOption, outputMetricsOf } from "../metrics-option.ts";
import { flag, text } from "../options.ts";
import { exitCodes } from "../output/exit-codes.ts";
import { jobColumns } from "../output/columns.ts";
import { printing, printOne } from "../output/print.ts";
import { jobNameOf } from "../run-names.ts";
import { inExperiment, jobRef, openService } from "../service.ts";

const download = "--to logs";

export const submit = command({
  examples: [
    "submit job.yaml -w lab -e digits -c nodes --follow",
    "submit job.json -n first --query name -o tsv",
  ],
  words: { usage: "<file>", description: "job.json or .yaml" },
  options: {
    ...inExperiment,
    name: text("-n, --name <name>", "name of the job (default: of the file and the time)"),
    ...submission,
    metrics: metricsOption,
    follow: flag("--follow", "show what the job says until it has ended; exits with its exit code"),
    ...printing,
  },
  async run(given, context, [file = ""]) {
    const printed = outputMetricsOf(given.metrics);
    const service = await openService(given, context);
    const chance = randomBytes(2).toString("hex");
    const ref = jobRef(service, given, given.name ?? jobNameOf([file], context.now(), chance));
    const submitted = await submitJob(service, ref, { ...given, file, printed }, context);
    if (!given.follow) {
      await printOne(submitted, jobColumns, given, context);
      hintWayBack(ref, context, download);
      return exitCodes.ok;
    }
    const job = await followOutput(service, ref, context, download);
    if (job === undefined) return exitCodes.interrupted;
    printErrors(job, context);
    return exitCodeOf(job);
  },
});
