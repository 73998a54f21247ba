import { all } from "../../../../client/paging.ts";
import { command } from "../../../command.ts";
import { required, text } from "../../../options.ts";
import { nodeColumns } from "../../../output/columns.ts";
import { printAll, printing } from "../../../output/print.ts";
import { clusterRef, inWorkspace, openService } from "../../../service.ts";

export const clusterNodeList = command({
  examples: ["cluster node list -w lab -c nodes"],
  options: { ...inWorkspace, cluster: required(text("-c, --cluster <name>", "the cluster")), ...printing },
  async run(given, context) {
    const service = await openService(given, context);
    const found = service.client.clusters.nodes(clusterRef(service, given, given.cluster));
    await printAll(await all(found), nodeColumns, given, context);
  },
});
