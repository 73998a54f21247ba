import { all } from "../../../client/paging.ts";
import { command } from "../../command.ts";
import { clusterColumns } from "../../output/columns.ts";
import { printAll, printing } from "../../output/print.ts";
import { inWorkspace, openService, workspaceRef } from "../../service.ts";

export const clusterList = command({
  examples: ["cluster list -w lab"],
  options: { ...inWorkspace, ...printing },
  async run(given, context) {
    const service = await openService(given, context);
    const found = service.client.clusters.list(workspaceRef(service, given));
    await printAll(await all(found), clusterColumns, given, context);
  },
});
