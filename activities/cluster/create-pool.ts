// Makes the cluster's pool in Azure Batch from the cluster's document and secrets.
import { createPool as contract } from "../../contracts/cluster-activities.ts";
import { targetNodeCount } from "../../domain/cluster/scale.ts";
import { defaultImage } from "../../domain/cluster/schema.ts";
import type { ClusterDocument, ImageReference } from "../../domain/cluster/schema.ts";
import { planSetup } from "../../domain/launch/setup.ts";
import type { SecretValues } from "../../domain/shared/secrets.ts";
import { sameContent } from "../../domain/shared/same-content.ts";
import { poolId } from "../../services/batch-names.ts";
import type { PoolMount, PoolSpec } from "../../services/pools.ts";
import type { NodeImage } from "../../services/settings.ts";
import { defineActivity } from "../lib/define-activity.ts";
import { currentCluster } from "../lib/documents.ts";

export const createPool = defineActivity(contract, async (services, { cluster }) => {
  const document = await currentCluster(services, cluster);
  if (document === undefined || document.provisioningState === "deleting") return { kind: "notWanted" };
  const secrets = await services.secrets.get(cluster.guid);
  return services.pools.put(poolSpec(document, secrets, services.settings.nodeImage));
});

export function poolSpec(cluster: ClusterDocument, secrets: SecretValues, nodeImage: NodeImage): PoolSpec {
  const { spec } = cluster;
  const image = sameContent(spec.imageReference, defaultImage) ? nodeImage : spec.imageReference;
  const password = spec.userAccount.adminUserPasswordSecret;
  return {
    poolId: poolId(cluster.guid),
    displayName: `${cluster.workspace}/${cluster.cluster}`,
    vmSize: spec.vmSize,
    image,
    nodeAgentSkuId: nodeAgentSku(image),
    lowPriority: spec.vmPriority === "lowpriority",
    targetNodeCount: targetNodeCount(cluster),
    mounts: poolMounts(cluster, secrets),
    startTask: planSetup(cluster),
    ...(password === undefined
      ? {}
      : { adminUser: { name: spec.userAccount.adminUserName, password: valueOf(secrets, password) } }),
  };
}

/** Node agents are named by distribution and release ("Batch: supported images"); an image's sku tells the release. */
function nodeAgentSku(image: ImageReference): string {
  const release = /(\d\d)[._-]?(04|10)/.exec(`${image.sku} ${image.offer}`);
  if (/debian/i.test(image.offer)) return `batch.node.debian ${/\d+/.exec(image.sku)?.[0] ?? "12"}`;
  if (/almalinux|rocky|centos|rhel/i.test(image.offer))
    return `batch.node.el ${/\d+/.exec(image.sku)?.[0] ?? "9"}`;
  return `batch.node.ubuntu ${release === null ? "22.04" : `${release[1]}.${release[2]}`}`;
}

/** Options that let every user of the node read and write ("Mount a virtual file system on a Batch pool"). */
const blobOptions = "-o attr_timeout=240 -o entry_timeout=240 -o negative_timeout=120 -o allow_other";

function poolMounts(cluster: ClusterDocument, secrets: SecretValues): readonly PoolMount[] {
  const volumes = cluster.spec.mountVolumes;
  if (volumes === undefined) return [];
  const shares = volumes.azureFileShares.map((share): PoolMount => ({
    kind: "azureFileShare",
    accountName: share.accountName,
    accountKey: valueOf(secrets, share.accountKeySecret),
    source: share.azureFileUrl,
    relativeMountPath: share.relativeMountPath,
    mountOptions: `-o vers=3.0,dir_mode=${share.directoryMode},file_mode=${share.fileMode},sec=ntlmssp`,
  }));
  const blobs = volumes.azureBlobFileSystems.map((blob): PoolMount => ({
    kind: "azureBlobFileSystem",
    accountName: blob.accountName,
    accountKey: valueOf(secrets, blob.accountKeySecret),
    source: blob.containerName,
    relativeMountPath: blob.relativeMountPath,
    mountOptions: blob.mountOptions ?? blobOptions,
  }));
  return [...shares, ...blobs];
}

function valueOf(secrets: SecretValues, name: string): string {
  const value = secrets.get(name);
  if (value === undefined) throw new Error(`The secret '${name}' of the cluster has no value.`);
  return value;
}
