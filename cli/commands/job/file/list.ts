import { all } from "../../../../client/paging.ts";
import { command } from "../../../command.ts";
import { wholeNumber } from "../../../options.ts";
import { fileColumns } from "../../../output/columns.ts";
import { printAll, printing } from "../../../output/print.ts";
import { inOutput, outputPlace } from "../../../output-options.ts";
import { jobRef, openService } from "../../../service.ts";

export const jobFileList = command({
  examples: ["job file list -w lab -e digits -j first", "job file list -w lab -e digits -j first -d MODEL"],
  options: {
    ...inOutput,
    expiry: wholeNumber("--expiry <minutes>", "how long the links are good", 60),
    ...printing,
  },
  async run(given, context) {
    const service = await openService(given, context);
    const place = { ...outputPlace(given), linkMinutes: given.expiry };
    const found = service.client.jobs.outputFiles(jobRef(service, given, given.job), place);
    await printAll(await all(found), fileColumns, given, context);
  },
});
