import { exportFormats } from "../../../client/sweeps.ts";
import { command } from "../../command.ts";
import { parsed } from "../../options.ts";
import { openService, sweepRef } from "../../service.ts";
import { ofSweep, trialQuery } from "../../sweep-options.ts";

const format = parsed(
  "--format <format>",
  "csv, jsonl, or archive for `sweep import` (default: csv)",
  (text) => {
    const found = exportFormats.find((one) => one === text);
    if (found !== undefined) return found;
    throw new Error(`It takes one of ${exportFormats.join(", ")}.`);
  },
);

export const sweepExport = command({
  examples: [
    "sweep export -w lab -e digits -n rates --format csv > trials.csv",
    "sweep export -w lab -e digits -n rates --format archive > rates.json",
  ],
  options: { ...ofSweep, format, ...trialQuery },
  async run(given, context) {
    const service = await openService(given, context);
    const ref = sweepRef(service, given, given.name);
    context.out(await service.client.sweeps.exported(ref, given.format ?? "csv", given));
  },
});
