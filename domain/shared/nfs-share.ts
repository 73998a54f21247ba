// Azure file shares over NFS: where they are, with which options, and which clusters reach them ("NFS file shares in Azure Files").
import { AppError } from "./errors.ts";
import { shareName } from "./mount-volumes.ts";
import type { FileShareMount, MountVolumes } from "./mount-volumes.ts";

type Share = Pick<FileShareMount, "accountName" | "azureFileUrl" | "protocol" | "readOnly">;

export const isNfs = ({ protocol }: Share): boolean => protocol === "nfs";

/** As `mount` takes it. Loopback URLs have the account in their path; a mount names it in the host, as everywhere else. */
export const nfsSource = (share: Share): string =>
  `${shareHost(share)}:/${share.accountName}/${shareName(share.azureFileUrl) ?? ""}`;

export function shareHost({ accountName, azureFileUrl }: Share): string {
  const { hostname } = new URL(azureFileUrl);
  return hostname.toLowerCase().startsWith(`${accountName}.`)
    ? hostname
    : `${accountName}.file.core.windows.net`;
}

export const nfsOptions = ({ readOnly }: Share): string =>
  `vers=4,minorversion=1,sec=sys${readOnly === true ? ",ro" : ""}`;

/**
 * @param at member path of the mounts.
 * @throws AppError InvalidRequest where the nodes are in no network: Azure lets in nobody else.
 */
export function checkNfsReachable(
  volumes: MountVolumes | undefined,
  cluster: { readonly name: string; readonly subnetId: string | undefined },
  at: string,
): void {
  const index = (volumes?.azureFileShares ?? []).findIndex(isNfs);
  if (index < 0 || cluster.subnetId !== undefined) return;
  const target = `${at}.azureFileShares[${index}].protocol`;
  throw new AppError(
    "InvalidRequest",
    `${target}: a share over NFS is reached from a virtual network only, and cluster '${cluster.name}' is in none; ` +
      "create the cluster with a subnet that the storage account lets in, or mount a share over SMB",
    { target },
  );
}
