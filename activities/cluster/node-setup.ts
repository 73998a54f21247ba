// Puts what the nodes of a cluster need at every boot where they can fetch it, and makes the pool's start task of it. The
// links run out; whoever looks after the pool renews them by calling this again.
import { renderSetupPlan, renderSetupSecrets, setupCommand, setupFiles } from "../../domain/launch/setup.ts";
import { setupLinkLifetimeMs } from "../../domain/cluster/renewal.ts";
import type { ClusterDocument } from "../../domain/cluster/schema.ts";
import type { SecretValues } from "../../domain/shared/secrets.ts";
import { setupFolder } from "../../services/batch-names.ts";
import type { PoolStartTask } from "../../services/pools.ts";
import { sealedForNodes } from "../lib/sealed-for-nodes.ts";
import type { Services } from "../../services/services.ts";

export interface StagedSetup {
  readonly startTask: PoolStartTask;
  /** ISO 8601. */
  readonly linksUntil: string;
}

export async function stageNodeSetup(
  services: Services,
  cluster: ClusterDocument,
  secrets: SecretValues,
): Promise<StagedSetup> {
  const folder = setupFolder(cluster.guid);
  await services.staging.put([
    { path: `${folder}${setupFiles.script}`, content: services.nodeSetup },
    {
      path: `${folder}${setupFiles.plan}`,
      content: renderSetupPlan(cluster, secrets, services.settings.counters),
    },
    {
      path: `${folder}${setupFiles.secrets}`,
      content: sealedForNodes(services, secrets, renderSetupSecrets(cluster, secrets)),
    },
  ]);
  const linksUntil = new Date(services.clock.now() + setupLinkLifetimeMs).toISOString();
  const resourceFiles = await Promise.all(
    Object.values(setupFiles).map(async (filePath) => ({
      filePath,
      httpUrl: await services.staging.link(`${folder}${filePath}`, setupLinkLifetimeMs),
      fileMode: filePath === setupFiles.secrets ? "0600" : "0755",
    })),
  );
  return { startTask: { commandLine: setupCommand, resourceFiles }, linksUntil };
}
