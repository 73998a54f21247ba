// What is staged for the nodes of a cluster and is nobody else's business (docs/adr/0019).
import { nodeKeySecrets } from "../../domain/launch/node-account.ts";
import type { SecretSources } from "../../domain/shared/secrets.ts";
import type { Services } from "../../services/services.ts";

/** @param ofCluster the secrets of the nodes' cluster, not of the job that runs there. */
export function sealedForNodes(services: Services, ofCluster: SecretSources, text: string): string {
  const key = ofCluster.get(nodeKeySecrets.privateKey);
  if (typeof key !== "string")
    throw new Error("The cluster has no key for its nodes; delete it and make it again.");
  return services.nodeSealer.seal(key, text);
}
