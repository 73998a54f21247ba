import { command } from "../../command.ts";
import { required, text } from "../../options.ts";
import { experimentColumns } from "../../output/columns.ts";
import { printing, printOne } from "../../output/print.ts";
import { experimentRef, inWorkspace, openService } from "../../service.ts";

export const experimentCreate = command({
  examples: ["experiment create -w lab -n digits"],
  options: { ...inWorkspace, name: required(text("-n, --name <name>", "its name")), ...printing },
  async run(given, context) {
    const service = await openService(given, context);
    const ref = experimentRef(service, { ...given, experiment: given.name });
    await printOne(await service.client.experiments.create(ref), experimentColumns, given, context);
  },
});
