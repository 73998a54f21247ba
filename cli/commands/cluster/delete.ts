import { command } from "../../command.ts";
import { confirmed, confirming } from "../../confirmation.ts";
import { required, text } from "../../options.ts";
import { clusterRef, inWorkspace, openService } from "../../service.ts";

export const clusterDelete = command({
  examples: ["cluster delete -w lab -n nodes -y"],
  options: { ...inWorkspace, name: required(text("-n, --name <name>", "its name")), ...confirming },
  async run(given, context) {
    confirmed(given, `This deletes the cluster '${given.name}'; its finished jobs stay.`);
    const service = await openService(given, context);
    await service.client.clusters.delete(clusterRef(service, given, given.name), { wait: given.wait });
  },
});
