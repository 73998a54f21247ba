import { command } from "../../command.ts";
import { hint } from "../../hints.ts";
import { submission, submitJob } from "../../job-submission.ts";
import { required, text } from "../../options.ts";
import { jobColumns } from "../../output/columns.ts";
import { printing, printOne } from "../../output/print.ts";
import { inExperiment, jobRef, openService } from "../../service.ts";

export const jobCreate = command({
  examples: [
    "job create -w lab -e digits -n first -c nodes -f job.json",
    "job create -w lab -e digits -n first -c nodes -f job.json --afs-name results --afs-mount-path out",
    "job create -w lab -e digits -n first -c nodes -f job.yaml",
  ],
  options: {
    ...inExperiment,
    name: required(text("-n, --name <name>", "its name")),
    file: required(text("-f, --config-file <file>", "job.json or .yaml")),
    ...submission,
    ...printing,
  },
  async run(given, context) {
    const service = await openService(given, context);
    const ref = jobRef(service, given, given.name);
    const job = await submitJob(service, ref, given, context);
    await printOne(job, jobColumns, given, context);
    const place = `-w ${ref.workspace} -e ${ref.experiment}`;
    hint(context, `job file stream ${place} -j ${ref.job} -f stdout.txt`, `job wait ${place} -n ${ref.job}`);
  },
});
