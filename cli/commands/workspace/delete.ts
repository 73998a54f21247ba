import { command } from "../../command.ts";
import { confirmed, confirming } from "../../confirmation.ts";
import { required, text } from "../../options.ts";
import { ofService, openService, workspaceRef } from "../../service.ts";

export const workspaceDelete = command({
  examples: ["workspace delete -n lab -y"],
  options: { ...ofService, name: required(text("-n, --name <name>", "its name")), ...confirming },
  async run(given, context) {
    confirmed(given, `This deletes the workspace '${given.name}' and everything in it.`);
    const service = await openService(given, context);
    await service.client.workspaces.delete(workspaceRef(service, { workspace: given.name }), {
      wait: given.wait,
    });
  },
});
