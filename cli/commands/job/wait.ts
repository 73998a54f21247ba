import { command } from "../../command.ts";
import { exitCodeOf, printErrors } from "../../job-end.ts";
import { required, text } from "../../options.ts";
import { printing } from "../../output/print.ts";
import { inExperiment, jobRef, openService } from "../../service.ts";
import { untilEnded, waiting } from "../../until-ended.ts";

export const jobWait = command({
  examples: ["job wait -w lab -e digits -n first"],
  options: {
    ...inExperiment,
    name: required(text("-n, --name <name>", "its name")),
    ...waiting,
    ...printing,
  },
  async run(given, context) {
    const service = await openService(given, context);
    const job = await untilEnded(service, jobRef(service, given, given.name), given, context);
    printErrors(job, context);
    return exitCodeOf(job);
  },
});
