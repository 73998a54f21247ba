import { command } from "../../command.ts";
import { parsed } from "../../options.ts";
import { openService, sweepRef } from "../../service.ts";
import { ofSweep, trialQuery } from "../../sweep-options.ts";

const format = parsed("--format <format>", "csv or jsonl (default: csv)", (text) => {
  if (text === "csv" || text === "jsonl") return text;
  throw new Error("It takes csv or jsonl.");
});

export const sweepExport = command({
  examples: ["sweep export -w lab -e digits -n rates --format csv > trials.csv"],
  options: { ...ofSweep, format, ...trialQuery },
  async run(given, context) {
    const service = await openService(given, context);
    const ref = sweepRef(service, given, given.name);
    context.out(await service.client.sweeps.exported(ref, given.format ?? "csv", given));
  },
});
