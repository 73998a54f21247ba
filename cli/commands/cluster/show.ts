import { command } from "../../command.ts";
import { required, text } from "../../options.ts";
import { clusterColumns } from "../../output/columns.ts";
import { printing, printOne } from "../../output/print.ts";
import { clusterRef, inWorkspace, openService } from "../../service.ts";

export const clusterShow = command({
  examples: ["cluster show -w lab -n nodes"],
  options: { ...inWorkspace, name: required(text("-n, --name <name>", "its name")), ...printing },
  async run(given, context) {
    const service = await openService(given, context);
    const found = await service.client.clusters.get(clusterRef(service, given, given.name));
    await printOne(found, clusterColumns, given, context);
  },
});
