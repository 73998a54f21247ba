import { all } from "../../../client/paging.ts";
import { command } from "../../command.ts";
import { workspaceColumns } from "../../output/columns.ts";
import { printAll, printing } from "../../output/print.ts";
import { ofService, openService } from "../../service.ts";

export const workspaceList = command({
  examples: ["workspace list", "workspace list -g GROUP -o table"],
  options: { ...ofService, ...printing },
  async run(given, context) {
    const { client, subscriptionId } = await openService(given, context);
    const found = client.workspaces.list({ subscriptionId, resourceGroup: given.resourceGroup });
    await printAll(await all(found), workspaceColumns, given, context);
  },
});
