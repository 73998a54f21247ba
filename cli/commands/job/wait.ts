import { followJob } from "../../../client/follow-job.ts";
import { command } from "../../command.ts";
import { CommandError } from "../../failure.ts";
import { exitCodeOf, statePrinter, printErrors } from "../../job-end.ts";
import { amount, required, text } from "../../options.ts";
import { exitCodes } from "../../output/exit-codes.ts";
import { printing } from "../../output/print.ts";
import { inExperiment, jobRef, openService } from "../../service.ts";

export const jobWait = command({
  examples: ["job wait -w lab -e digits -n first"],
  options: {
    ...inExperiment,
    name: required(text("-n, --name <name>", "its name")),
    interval: amount("--interval <seconds>", "between two reads of it", 2),
    timeout: amount("--timeout <seconds>", "give up after this time, with exit code 4"),
    ...printing,
  },
  async run(given, context) {
    const service = await openService(given, context);
    const ref = jobRef(service, given, given.name);
    const until = given.timeout === undefined ? Infinity : context.now() + given.timeout * 1000;
    const job = await followJob(service.client, ref, {
      sleep: context.sleep,
      now: context.now,
      pollIntervalMs: given.interval * 1000,
      isStopped: () => context.now() >= until,
      onJob: statePrinter(context),
    });
    if (job === undefined)
      throw new CommandError(`The job has not ended after ${given.timeout} seconds.`, exitCodes.timeout);
    printErrors(job, context);
    return exitCodeOf(job);
  },
});
