import { command } from "../../command.ts";
import { required, text } from "../../options.ts";
import { printing, printOne } from "../../output/print.ts";
import { sweepColumns } from "../../output/sweep-columns.ts";
import { openService, sweepRef } from "../../service.ts";
import { readJson } from "../../spec/read-spec.ts";
import { ofSweep, sweepFile, sweepSpec } from "../../sweep-options.ts";

export const sweepImport = command({
  examples: ["sweep import -w lab -e digits -n rates -c nodes -f sweep.json --archive rates.json"],
  options: {
    ...ofSweep,
    ...sweepFile,
    archive: required(text("--archive <file>", "what `sweep export --format archive` wrote")),
    ...printing,
  },
  async run(given, context) {
    const service = await openService(given, context);
    const ref = sweepRef(service, given, given.name);
    const { properties } = await sweepSpec(service, given, context);
    const archive = await readJson(given.archive, context.directory);
    const imported = await service.client.sweeps.import(ref, properties["trial"] as object, archive);
    await printOne(imported, sweepColumns, given, context);
  },
});
