// Pools through Azure Resource Manager (`@azure/arm-batch`), because only that API carries identities and mounts. The
// client is loaded with the first call. Invariant: pool ids derive from cluster ids, so that creating one
// twice is creating one.
import type { ImageReference, MountConfiguration, Pool, StartTask, UserAccount } from "@azure/arm-batch";
import type { NodeAddresses } from "../../domain/cluster/node-addresses.ts";
import { AppError } from "../../domain/shared/errors.ts";
import type {
  ChangeAnswer,
  NodeDeallocationOption,
  PoolImage,
  PoolExpiry,
  PoolMount,
  PoolQuotas,
  Pools,
  PoolSpec,
  PoolStartTask,
} from "../pools.ts";
import { connectAccount, readArmError } from "./arm-client.ts";
import type { ArmAccount, ArmOptions } from "./arm-client.ts";
import { expiryFormula } from "./expiry-formula.ts";
import { sshEndpoint } from "./ssh-endpoint.ts";

export interface ArmPoolsOptions extends ArmOptions {
  /** Who may reach the nodes by ssh; nobody when empty. */
  readonly sshSources: readonly string[];
  readonly nodeAddresses: NodeAddresses;
}

type Account = ArmAccount & Pick<ArmPoolsOptions, "sshSources" | "nodeAddresses">;

const deallocation = {
  requeue: "Requeue",
  terminate: "Terminate",
  waitforjobcompletion: "TaskCompletion",
} as const satisfies Record<NodeDeallocationOption, string>;

export function armPools(options: ArmPoolsOptions): Pools {
  let account: Promise<Account> | undefined;
  const connected = () => (account ??= connect(options));
  return {
    quotas: async () => quotas(await connected()),
    put: async (spec) => put(await connected(), spec),
    resize: async (poolId, target) => resize(await connected(), poolId, target),
    renew: async (poolId, renewal) => renew(await connected(), poolId, renewal),
    remove: async (poolId) => remove(await connected(), poolId),
    list: async () => list(await connected()),
  };
}

async function connect(options: ArmPoolsOptions): Promise<Account> {
  const { sshSources, nodeAddresses } = options;
  return { ...(await connectAccount(options)), sshSources, nodeAddresses };
}

async function quotas(account: Account): Promise<PoolQuotas> {
  try {
    const found = await account.client.batchAccountOperations.get(account.group, account.name);
    if (found.poolQuota === undefined) throw new Error("the account was not told");
    return {
      pools: found.poolQuota,
      dedicatedProcessors: found.dedicatedCoreQuota ?? undefined,
      lowPriorityProcessors: found.lowPriorityCoreQuota ?? undefined,
    };
  } catch (error) {
    throw unavailable(error);
  }
}

async function put(account: Account, spec: PoolSpec): ReturnType<Pools["put"]> {
  try {
    await account.client.poolOperations.create(
      account.group,
      account.name,
      spec.poolId,
      toPool(spec, account),
    );
    return { kind: "created" };
  } catch (error) {
    const { status, code, message } = readArmError(error);
    if (status === undefined || status === 429 || status >= 500) throw unavailable(error);
    return { kind: "refused", code, message: status === 403 ? `${message} ${rightsNeeded}` : message };
  }
}

/** The account itself may be written to, or nothing would work: what is missing is a right on something that the pool uses. */
const rightsNeeded =
  "Give the identity of this service the right Microsoft.Network/virtualNetworks/subnets/join/action on the subnet, " +
  "Reader on the image or its gallery, or Managed Identity Operator on the nodes' identities, and create the cluster again.";

async function resize(
  account: Account,
  poolId: string,
  target: Parameters<Pools["resize"]>[1],
): Promise<ChangeAnswer> {
  const fixedScale = {
    targetDedicatedNodes: target.lowPriority ? 0 : target.nodes,
    targetLowPriorityNodes: target.lowPriority ? target.nodes : 0,
    nodeDeallocationOption: deallocation[target.deallocation],
    ...(target.timeout === undefined ? {} : { resizeTimeout: target.timeout }),
  };
  const answer = await update(account, poolId, { scaleSettings: { fixedScale } });
  if (answer === "busy")
    await account.client.poolOperations
      .stopResize(account.group, account.name, poolId)
      .catch(() => undefined);
  return answer;
}

function renew(
  account: Account,
  poolId: string,
  { startTask, expiry }: Parameters<Pools["renew"]>[1],
): Promise<ChangeAnswer> {
  return update(account, poolId, {
    ...(startTask === undefined ? {} : { startTask: toStartTask(startTask) }),
    ...(expiry === undefined ? {} : { scaleSettings: { autoScale: toAutoScale(expiry) } }),
  });
}

/** The shortest interval that Batch takes: the formula costs nothing and a expiry is noticed soon. */
const evaluationInterval = "PT5M";
const toAutoScale = (expiry: PoolExpiry) => ({ formula: expiryFormula(expiry), evaluationInterval });

async function update(account: Account, poolId: string, changes: Pool): Promise<ChangeAnswer> {
  try {
    await account.client.poolOperations.update(account.group, account.name, poolId, changes);
    return "accepted";
  } catch (error) {
    const { status, code, message } = readArmError(error);
    if (status === 404) return "absent";
    if (status === 409) return "busy";
    if (status === undefined || status === 429 || status >= 500) throw unavailable(error);
    return { kind: "refused", code, message };
  }
}

async function list(account: Account): ReturnType<Pools["list"]> {
  const found: { poolId: string; owner?: string | undefined; createdAt: string }[] = [];
  try {
    for await (const pool of account.client.poolOperations.listByBatchAccount(account.group, account.name)) {
      const owner = pool.metadata?.find(({ name }) => name === ownerMark)?.value;
      const createdAt = pool.creationTime?.toISOString() ?? "";
      if (pool.name !== undefined) found.push({ poolId: pool.name, owner, createdAt });
    }
  } catch (error) {
    throw unavailable(error);
  }
  return found;
}

async function remove(account: Account, poolId: string): Promise<void> {
  try {
    // The poller is not awaited: callers look at the pool themselves, so that no wait lives in memory.
    await account.client.poolOperations.beginDelete(account.group, account.name, poolId, {
      updateIntervalInMs: 0,
    });
  } catch (error) {
    const { status, code } = readArmError(error);
    if (status === 404 || (status === 409 && code.endsWith("BeingDeleted"))) return;
    throw unavailable(error);
  }
}

const ownerMark = "batchai-owner";

function toPool(
  spec: PoolSpec,
  { sshSources, nodeAddresses }: Pick<Account, "sshSources" | "nodeAddresses">,
): Pool {
  return {
    ...(spec.identities.length === 0
      ? {}
      : {
          identity: {
            type: "UserAssigned",
            userAssignedIdentities: Object.fromEntries(spec.identities.map((id) => [id, {}])),
          },
        }),
    displayName: spec.displayName,
    vmSize: spec.vmSize,
    deploymentConfiguration: {
      virtualMachineConfiguration: {
        imageReference: toImage(spec.image),
        nodeAgentSkuId: spec.nodeAgentSkuId,
      },
    },
    scaleSettings: {
      fixedScale: {
        targetDedicatedNodes: spec.lowPriority ? 0 : spec.targetNodeCount,
        targetLowPriorityNodes: spec.lowPriority ? spec.targetNodeCount : 0,
      },
    },
    // Also where a cluster has one node: it can be resized, and Batch hands out the key that opens sealed files only so.
    interNodeCommunication: "Enabled",
    taskSlotsPerNode: 1,
    ...(spec.mounts.length === 0 ? {} : { mountConfiguration: spec.mounts.map(toMount) }),
    networkConfiguration: {
      ...(spec.subnetId === undefined ? {} : { subnetId: spec.subnetId }),
      // Without a public address there is nothing that a port could lead in from.
      ...(nodeAddresses === "private"
        ? { publicIPAddressConfiguration: { provision: "NoPublicIPAddresses" } }
        : { endpointConfiguration: { inboundNatPools: [sshEndpoint(sshSources)] } }),
    },
    startTask: toStartTask(spec.startTask),
    userAccounts: [{ ...spec.adminUser, elevationLevel: "Admin" }, toNodeUser(spec.nodeUser)],
    metadata: [{ name: ownerMark, value: spec.owner }],
  };
}

/** Batch puts the key in place because the nodes of the pool may talk to each other. */
function toNodeUser({ name, password, sshPrivateKey }: PoolSpec["nodeUser"]): UserAccount {
  return { name, password, elevationLevel: "NonAdmin", linuxUserConfiguration: { sshPrivateKey } };
}

/** A custom image comes alone: Batch takes no publisher beside it. */
function toImage(image: PoolImage): ImageReference {
  if (image.kind === "custom") return { id: image.id };
  const { publisher, offer, sku, version } = image;
  return { publisher, offer, sku, version };
}

function toStartTask({ commandLine, resourceFiles }: PoolStartTask): StartTask {
  return {
    commandLine,
    resourceFiles: resourceFiles.map(({ httpUrl, filePath, fileMode }) => ({
      httpUrl,
      filePath,
      ...(fileMode === undefined ? {} : { fileMode }),
    })),
    userIdentity: { autoUser: { scope: "Pool", elevationLevel: "Admin" } },
    maxTaskRetryCount: 0,
    waitForSuccess: true,
  };
}

function toMount({ relativeMountPath, mountOptions, ...mount }: PoolMount): MountConfiguration {
  const place = { relativeMountPath, ...(mountOptions === undefined ? {} : { mountOptions }) };
  switch (mount.kind) {
    case "nfs":
      return { nfsMountConfiguration: { source: mount.source, ...place } };
    case "azureFileShare": {
      const { accountName, accountKey, url } = mount;
      return { azureFileShareConfiguration: { accountName, accountKey, azureFileUrl: url, ...place } };
    }
    case "azureBlobFileSystem": {
      const { accountName, container: containerName, access } = mount;
      const way = "identity" in access ? { identityReference: { resourceId: access.identity } } : access;
      const options = mountOptions === undefined ? {} : { blobfuseOptions: mountOptions };
      return {
        azureBlobFileSystemConfiguration: {
          accountName,
          containerName,
          ...way,
          relativeMountPath,
          ...options,
        },
      };
    }
  }
}

function unavailable(cause: unknown): AppError {
  return new AppError("ServiceUnavailable", `Azure Batch could not answer: ${readArmError(cause).message}`, {
    cause,
  });
}
