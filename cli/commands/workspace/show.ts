import { command } from "../../command.ts";
import { required, text } from "../../options.ts";
import { workspaceColumns } from "../../output/columns.ts";
import { printing, printOne } from "../../output/print.ts";
import { ofService, openService, workspaceRef } from "../../service.ts";

export const workspaceShow = command({
  examples: ["workspace show -n lab"],
  options: { ...ofService, name: required(text("-n, --name <name>", "its name")), ...printing },
  async run(given, context) {
    const service = await openService(given, context);
    const found = await service.client.workspaces.get(workspaceRef(service, { workspace: given.name }));
    await printOne(found, workspaceColumns, given, context);
  },
});
