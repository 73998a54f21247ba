// Follows a file of a running job; what there is of a finished one is shown at once. Ctrl-C ends the looking, not the job.
import { followJob } from "../../../../client/follow-job.ts";
import { outputTail } from "../../../../client/output-tail.ts";
import { command } from "../../../command.ts";
import { CommandError } from "../../../failure.ts";
import { required, text } from "../../../options.ts";
import { exitCodes } from "../../../output/exit-codes.ts";
import { inOutput, outputPlace } from "../../../output-options.ts";
import { jobRef, openService } from "../../../service.ts";
import { untilStopped } from "../../../until-stopped.ts";

export const jobFileStream = command({
  examples: ["job file stream -w lab -e digits -j first -f stdout.txt"],
  options: { ...inOutput, file: required(text("-f, --file-name <name>", "the file, such as stdout.txt")) },
  async run(given, context) {
    const service = await openService(given, context);
    const ref = jobRef(service, given, given.job);
    const tail = outputTail(service.client, ref, { ...outputPlace(given), name: given.file }, context.fetch);
    const job = await followJob(service.client, ref, {
      ...untilStopped(context),
      outputs: [{ tail, onBytes: context.out }],
    });
    if (job === undefined) return exitCodes.interrupted;
    if (!tail.isFound())
      throw new CommandError(
        `The job wrote no '${given.file}' in '${given.directory}'. See: batchai job file list`,
        exitCodes.notFound,
      );
    return exitCodes.ok;
  },
});
