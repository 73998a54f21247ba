import { command } from "../../command.ts";
import { confirmed, confirming } from "../../confirmation.ts";
import { required, text } from "../../options.ts";
import { fileServerRef, inWorkspace, openService } from "../../service.ts";

export const fileServerDelete = command({
  examples: ["file-server delete -w lab -n data -y"],
  options: { ...inWorkspace, name: required(text("-n, --name <name>", "its name")), ...confirming },
  async run(given, context) {
    confirmed(given, `This deletes the file server '${given.name}' with the data on its disks.`);
    const service = await openService(given, context);
    await service.client.fileServers.delete(fileServerRef(service, given, given.name), { wait: given.wait });
  },
});
