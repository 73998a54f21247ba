import { all } from "../../../client/paging.ts";
import { command } from "../../command.ts";
import { experimentColumns } from "../../output/columns.ts";
import { printAll, printing } from "../../output/print.ts";
import { inWorkspace, openService, workspaceRef } from "../../service.ts";

export const experimentList = command({
  examples: ["experiment list -w lab"],
  options: { ...inWorkspace, ...printing },
  async run(given, context) {
    const service = await openService(given, context);
    const found = service.client.experiments.list(workspaceRef(service, given));
    await printAll(await all(found), experimentColumns, given, context);
  },
});
