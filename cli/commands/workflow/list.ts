import { all } from "../../../client/paging.ts";
import { command } from "../../command.ts";
import { printAll, printing } from "../../output/print.ts";
import { workflowColumns } from "../../output/workflow-columns.ts";
import { inWorkspace, openService, workspaceRef } from "../../service.ts";

export const workflowList = command({
  examples: ["workflow list -w lab"],
  options: { ...inWorkspace, ...printing },
  async run(given, context) {
    const service = await openService(given, context);
    const found = await all(service.client.workflows.list(workspaceRef(service, given)));
    await printAll(found, workflowColumns, given, context);
  },
});
