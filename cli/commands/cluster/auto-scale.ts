import { command } from "../../command.ts";
import { required, text, wholeNumber } from "../../options.ts";
import { clusterColumns } from "../../output/columns.ts";
import { printing, printOne } from "../../output/print.ts";
import { clusterRef, inWorkspace, openService } from "../../service.ts";

export const clusterAutoScale = command({
  examples: ["cluster auto-scale -w lab -n nodes --min 0 --max 4"],
  options: {
    ...inWorkspace,
    name: required(text("-n, --name <name>", "its name")),
    min: required(wholeNumber("--min <nodes>", "least number of nodes")),
    max: required(wholeNumber("--max <nodes>", "most")),
    ...printing,
  },
  async run(given, context) {
    const service = await openService(given, context);
    const scaling = { autoScale: { minimumNodeCount: given.min, maximumNodeCount: given.max } };
    const cluster = await service.client.clusters.scale(clusterRef(service, given, given.name), scaling);
    await printOne(cluster, clusterColumns, given, context);
  },
});
