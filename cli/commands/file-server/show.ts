import { command } from "../../command.ts";
import { required, text } from "../../options.ts";
import { fileServerColumns } from "../../output/columns.ts";
import { printing, printOne } from "../../output/print.ts";
import { fileServerRef, inWorkspace, openService } from "../../service.ts";

export const fileServerShow = command({
  examples: ["file-server show -w lab -n data"],
  options: { ...inWorkspace, name: required(text("-n, --name <name>", "its name")), ...printing },
  async run(given, context) {
    const service = await openService(given, context);
    const found = await service.client.fileServers.get(fileServerRef(service, given, given.name));
    await printOne(found, fileServerColumns, given, context);
  },
});
