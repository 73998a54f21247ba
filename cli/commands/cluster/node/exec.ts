import { command } from "../../../command.ts";
import { required, text } from "../../../options.ts";
import { nodesOfCluster } from "../../../remote-of.ts";
import { nodeExecOptions, openSession } from "../../../remote.ts";
import { clusterRef, inWorkspace, openService } from "../../../service.ts";

export const clusterNodeExec = command({
  examples: [
    'cluster node exec -w lab -c nodes --exec "nvidia-smi"',
    "cluster node exec -w lab -c nodes -L 8888:localhost:8888",
  ],
  options: {
    ...inWorkspace,
    cluster: required(text("-c, --cluster <name>", "the cluster")),
    ...nodeExecOptions,
  },
  async run(given, context) {
    const service = await openService(given, context);
    const session = await nodesOfCluster(service.client, clusterRef(service, given, given.cluster));
    return openSession({ ...session, line: given.line, ports: given.ports }, given, context);
  },
});
