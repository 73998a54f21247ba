// Makes the cluster's pool in Azure Batch from the cluster's document and secrets.
import { secretsOf } from "../../application/secrets.ts";
import type { OutputOf } from "../../contracts/contract.ts";
import { createPool as contract } from "../../contracts/cluster-activities.ts";
import { subnetOf } from "../../domain/cluster/rules.ts";
import { poolNodeCount } from "../../domain/cluster/scale.ts";
import type { ClusterDocument } from "../../domain/cluster/schema.ts";
import { poolBlobOptions } from "../../domain/cluster/blob-options.ts";
import { placedMounts } from "../../domain/file-server/export.ts";
import { nodeAccount, nodeKeySecrets } from "../../domain/launch/node-account.ts";
import { AppError } from "../../domain/shared/errors.ts";
import { isNfs, nfsOptions, nfsSource } from "../../domain/shared/nfs-share.ts";
import type { FailureCode } from "../../domain/shared/errors.ts";
import type { SecretValues } from "../../domain/shared/secrets.ts";
import { adminPasswordSecret } from "../../domain/shared/user-account.ts";
import { poolId } from "../../services/batch-names.ts";
import type { PoolMount, PoolSpec } from "../../services/pools.ts";
import type { Services } from "../../services/services.ts";
import { defineActivity } from "../lib/define-activity.ts";
import { currentCluster, updateCluster } from "../lib/documents.ts";
import { claimQuota, giveBackNodes } from "./claim-quota.ts";
import { nodeImage } from "./node-image.ts";
import type { NodeImage } from "./node-image.ts";
import { stageNodeSetup } from "./node-setup.ts";
import type { StagedSetup } from "./node-setup.ts";

export const createPool = defineActivity(
  contract,
  async (services, { cluster }): Promise<OutputOf<typeof contract>> => {
    const document = await currentCluster(services, cluster);
    if (document === undefined || document.provisioningState === "deleting") return { kind: "notWanted" };
    const image = await nodeImage(services, document.spec);
    if (image.kind === "refused") return image;
    const spot = await spotRefusal(services, document);
    if (spot !== undefined) return spot;
    const read = await readSecrets(services, cluster.guid);
    if (read.kind === "refused") return read;
    const { secrets } = read;
    const granted = await claimQuota(services, document);
    if (granted === undefined) return { kind: "notWanted" };
    const setup = await stageNodeSetup(services, granted, secrets);
    const spec = poolSpec(granted, secrets, image, setup);
    const answer = await services.pools.put({ ...spec, owner: services.settings.owner });
    if (answer.kind === "created")
      await updateCluster(services, cluster, (current) => ({
        ...current,
        setupLinksUntil: setup.linksUntil,
      }));
    else await giveBackNodes(services, cluster.guid);
    return answer;
  },
);

type Read =
  | { readonly kind: "read"; readonly secrets: SecretValues }
  | { readonly kind: "refused"; readonly code: string; readonly message: string };

async function readSecrets(services: Services, clusterGuid: string): Promise<Read> {
  try {
    return { kind: "read", secrets: await secretsOf(services, clusterGuid) };
  } catch (error) {
    if (!(error instanceof AppError) || error.retryable) throw error;
    return { kind: "refused", code: error.code, message: error.message };
  }
}

/** An account that may have no low-priority processors makes the pool and never a node of it: said at once instead. */
async function spotRefusal(services: Services, { spec }: ClusterDocument) {
  if (spec.vmPriority !== "lowpriority") return undefined;
  const { lowPriorityProcessors } = await services.pools.quotas();
  if (lowPriorityProcessors !== 0) return undefined;
  return {
    kind: "refused" as const,
    code: "LowPriorityNotAvailable" satisfies FailureCode,
    message:
      "The Batch account may have no low-priority (Spot) processors: its quota is 0. Ask Azure for that quota, or create the cluster with vmPriority 'dedicated'.",
  };
}

function poolSpec(
  cluster: ClusterDocument,
  secrets: SecretValues,
  { image, nodeAgentSkuId }: Extract<NodeImage, { kind: "found" }>,
  { startTask }: StagedSetup,
): Omit<PoolSpec, "owner"> {
  const { spec } = cluster;
  return {
    poolId: poolId(cluster.guid),
    displayName: `${cluster.workspace}/${cluster.cluster}`,
    vmSize: spec.vmSize,
    image,
    nodeAgentSkuId,
    lowPriority: spec.vmPriority === "lowpriority",
    targetNodeCount: poolNodeCount(cluster),
    mounts: poolMounts(cluster, secrets),
    identities: (spec.nodeIdentities ?? []).map(({ id }) => id),
    subnetId: subnetOf(cluster),
    startTask,
    adminUser: {
      name: spec.userAccount.adminUserName,
      password: valueOf(secrets, spec.userAccount.adminUserPasswordSecret ?? adminPasswordSecret),
    },
    nodeUser: {
      name: nodeAccount,
      password: valueOf(secrets, nodeKeySecrets.password),
      sshPrivateKey: valueOf(secrets, nodeKeySecrets.privateKey),
    },
  };
}

function poolMounts(cluster: ClusterDocument, secrets: SecretValues): readonly PoolMount[] {
  const volumes = cluster.spec.mountVolumes;
  if (volumes === undefined) return [];
  const [overNfs, overSmb] = [
    volumes.azureFileShares.filter(isNfs),
    volumes.azureFileShares.filter((one) => !isNfs(one)),
  ];
  const nfsShares = overNfs.map((share): PoolMount => ({
    kind: "nfs",
    source: nfsSource(share),
    relativeMountPath: share.relativeMountPath,
    mountOptions: `-o ${nfsOptions(share)}`,
  }));
  const shares = overSmb.map((share): PoolMount => ({
    kind: "azureFileShare",
    accountName: share.accountName,
    accountKey: valueOf(secrets, share.accountKeySecret ?? ""),
    url: share.azureFileUrl,
    relativeMountPath: share.relativeMountPath,
    mountOptions: `-o vers=3.0,dir_mode=${share.directoryMode},file_mode=${share.fileMode},sec=ntlmssp${share.readOnly === true ? ",ro" : ""}`,
  }));
  const blobs = volumes.azureBlobFileSystems.map((blob): PoolMount => ({
    kind: "azureBlobFileSystem",
    accountName: blob.accountName,
    container: blob.containerName,
    access:
      blob.identityReference === undefined
        ? { accountKey: valueOf(secrets, blob.accountKeySecret ?? "") }
        : { identity: blob.identityReference.resourceId },
    relativeMountPath: blob.relativeMountPath,
    mountOptions: poolBlobOptions(blob),
  }));
  const served = placedMounts(volumes, cluster.exports).map(
    ({ source, relativeMountPath, options }): PoolMount => ({
      kind: "nfs",
      source,
      relativeMountPath,
      mountOptions: `-o ${options}`,
    }),
  );
  return [...shares, ...nfsShares, ...blobs, ...served];
}

function valueOf(secrets: SecretValues, name: string): string {
  const value = secrets.get(name);
  if (value === undefined) throw new Error(`The secret '${name}' of the cluster has no value.`);
  return value;
}
