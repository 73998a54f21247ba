import { downloadFolder } from "../../../download.ts";
import { command } from "../../../command.ts";
import { CommandError } from "../../../failure.ts";
import { text } from "../../../options.ts";
import { exitCodes } from "../../../output/exit-codes.ts";
import { inOutput, outputPlace } from "../../../output-options.ts";
import { jobRef, openService } from "../../../service.ts";

export const jobFileDownload = command({
  examples: ["job file download -w lab -e digits -j first -d MODEL --to model"],
  options: { ...inOutput, to: text("--to <folder>", "where they go", ".") },
  async run(given, context) {
    const service = await openService(given, context);
    const ref = jobRef(service, given, given.job);
    const files = await downloadFolder(service.client, ref, outputPlace(given), given.to, context);
    if (files === 0)
      throw new CommandError(`There is no file in '${given.directory}' of the job.`, exitCodes.notFound);
  },
});
