import { all } from "../../../client/paging.ts";
import { command } from "../../command.ts";
import { fileServerColumns } from "../../output/columns.ts";
import { printAll, printing } from "../../output/print.ts";
import { inWorkspace, openService, workspaceRef } from "../../service.ts";

export const fileServerList = command({
  examples: ["file-server list -w lab"],
  options: { ...inWorkspace, ...printing },
  async run(given, context) {
    const service = await openService(given, context);
    const found = service.client.fileServers.list(workspaceRef(service, given));
    await printAll(await all(found), fileServerColumns, given, context);
  },
});
