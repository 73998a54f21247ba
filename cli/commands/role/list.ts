import { all } from "../../../client/paging.ts";
import { command } from "../../command.ts";
import { flag } from "../../options.ts";
import { roleColumns } from "../../output/columns.ts";
import { printAll, printing } from "../../output/print.ts";
import { inScope, scopeOf } from "../../role-scope.ts";
import { openService, workspaceRef } from "../../service.ts";

export const roleList = command({
  examples: ["role assignment list -w lab", "role assignment list -w lab -e digits --include-inherited"],
  options: {
    ...inScope,
    inherited: flag("--include-inherited", "of an experiment: those of its workspace, too"),
    ...printing,
  },
  async run(given, context) {
    const service = await openService(given, context);
    const { roleAssignments } = service.client;
    const own = await all(roleAssignments.list(scopeOf(service, given)));
    const isBelow = given.inherited && given.experiment !== undefined;
    const above = isBelow ? await all(roleAssignments.list(workspaceRef(service, given))) : [];
    await printAll([...above, ...own], roleColumns, given, context);
  },
});
