import { command } from "../../command.ts";
import { required, text } from "../../options.ts";
import { experimentColumns } from "../../output/columns.ts";
import { printing, printOne } from "../../output/print.ts";
import { experimentRef, inWorkspace, openService } from "../../service.ts";

export const experimentShow = command({
  examples: ["experiment show -w lab -n digits"],
  options: { ...inWorkspace, name: required(text("-n, --name <name>", "its name")), ...printing },
  async run(given, context) {
    const service = await openService(given, context);
    const found = await service.client.experiments.get(
      experimentRef(service, { ...given, experiment: given.name }),
    );
    await printOne(found, experimentColumns, given, context);
  },
});
