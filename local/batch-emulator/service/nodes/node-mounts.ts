// The pool's mount configuration on one node. A mount that fails makes the node unusable, as in the service.
import { join } from "node:path";
import type { MountConfiguration } from "../../schema/pool-spec.ts";
import type { FailureInfo, Node } from "../entities/model.ts";
import type { MountRequest } from "../ports/mount-provider.ts";
import type { AccountState } from "../account/account-state.ts";

/** Attaches every mount below AZ_BATCH_NODE_MOUNTS_DIR; the first failure ends it. */
export async function attachMounts(account: AccountState, node: Node): Promise<FailureInfo | undefined> {
  for (const mount of node.pool.spec.mountConfiguration ?? []) {
    const request = mountRequest(node, mount);
    const outcome =
      request === undefined
        ? { ok: false as const, message: "CIFS mounts are not emulated" }
        : await account.ports.mounts.attach(request);
    if (!outcome.ok) return mountFailure(outcome.message, request?.target);
  }
  return undefined;
}

function mountRequest(node: Node, mount: MountConfiguration): MountRequest | undefined {
  const at = (relative: string) => join(node.root, "fsmounts", relative);
  const blob = mount.azureBlobFileSystemConfiguration;
  if (blob !== undefined)
    return {
      nodeId: node.id,
      kind: "azureBlobFileSystem",
      accountName: blob.accountName,
      container: blob.containerName,
      target: at(blob.relativeMountPath),
      ...(blob.accountKey === undefined ? {} : { accountKey: blob.accountKey }),
      ...(blob.sasKey === undefined ? {} : { sasKey: blob.sasKey }),
      ...(blob.identityReference === undefined ? {} : { identity: blob.identityReference.resourceId }),
      ...(blob.blobfuseOptions === undefined ? {} : { options: blob.blobfuseOptions }),
    };
  const nfs = mount.nfsMountConfiguration;
  const subnetId = node.pool.spec.networkConfiguration?.subnetId;
  if (nfs !== undefined)
    return {
      nodeId: node.id,
      kind: "nfs",
      source: nfs.source,
      target: at(nfs.relativeMountPath),
      ...(subnetId === undefined ? {} : { subnetId }),
      ...(nfs.mountOptions === undefined ? {} : { options: nfs.mountOptions }),
    };
  const share = mount.azureFileShareConfiguration;
  if (share === undefined) return undefined;
  return {
    nodeId: node.id,
    kind: "azureFileShare",
    accountName: share.accountName,
    accountKey: share.accountKey,
    container: new URL(share.azureFileUrl).pathname.split("/").filter(Boolean).at(-1) ?? "",
    target: at(share.relativeMountPath),
    ...(share.mountOptions === undefined ? {} : { options: share.mountOptions }),
  };
}

function mountFailure(message: string, target: string | undefined): FailureInfo {
  return {
    category: "UserError",
    code: "MountConfigurationError",
    message: "An error occurred while applying the pool's mount configuration on the node.",
    details: [
      { name: "Message", value: message },
      ...(target === undefined ? [] : [{ name: "MountPath", value: target }]),
    ],
  };
}
