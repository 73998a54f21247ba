import { command } from "../../command.ts";
import { required, text, wholeNumber } from "../../options.ts";
import { clusterColumns } from "../../output/columns.ts";
import { printing, printOne } from "../../output/print.ts";
import { clusterRef, inWorkspace, openService } from "../../service.ts";

export const clusterResize = command({
  examples: ["cluster resize -w lab -n nodes -t 4"],
  options: {
    ...inWorkspace,
    name: required(text("-n, --name <name>", "its name")),
    target: required(wholeNumber("-t, --target <nodes>", "how many nodes it shall have")),
    ...printing,
  },
  async run(given, context) {
    const service = await openService(given, context);
    const scaling = { manual: { targetNodeCount: given.target } };
    const cluster = await service.client.clusters.scale(clusterRef(service, given, given.name), scaling);
    await printOne(cluster, clusterColumns, given, context);
  },
});
