// Which storage a path on a node lies on. The real folders are known on the node only, so the mount roots are tokens here
// that no path of a user can spell.
import { AppError } from "./errors.ts";
import { hasControlCharacter } from "./fields.ts";
import { joinPath } from "./join-path.ts";
import { isReadOnly, isWithin, shareName } from "./mount-volumes.ts";
import type { MountVolumes } from "./mount-volumes.ts";

/** A place in storage: a directory of a container or share, and whose secret opens it. */
export interface StorageLocation {
  readonly kind: "blob" | "fileShare";
  readonly accountName: string;
  readonly container: string;
  /** No leading or trailing slash; "" is the root. */
  readonly directory: string;
  /** GUID of the cluster or job that keeps the secret, and the secret's name there. */
  readonly secretOwner: string;
  /** Absent = it is mounted without a key: in the name of an identity, or over NFS. */
  readonly accountKeySecret?: string | undefined;
}

/** Stand for `$AZ_BATCHAI_MOUNT_ROOT` and `$AZ_BATCHAI_JOB_MOUNT_ROOT`. */
export const clusterMountRoot = "/\0cluster";
export const jobMountRoot = "/\0job";

/** The path by which the documents of 2018 also name `$AZ_BATCHAI_MOUNT_ROOT`; it is that on a node of Azure. */
const literalMountRoot = "/mnt/batch/tasks/shared/LS_root/mounts";

export interface Mounted {
  readonly root: string;
  readonly volumes: MountVolumes | undefined;
  readonly owner: string;
}

/** Undefined for a path that lies on no mount, or is relative. */
export function locateOnMounts(path: string, mounted: readonly Mounted[]): StorageLocation | undefined {
  for (const { volumes, owner, below } of placesOn(path, mounted)) {
    const found = within(volumes, below);
    if (found !== undefined) return { ...found, secretOwner: owner };
  }
  return undefined;
}

/** The mount path of the file system that the path lies on, where programs cannot write to it. */
export function readOnlyMountOf(path: string, mounted: readonly Mounted[]): string | undefined {
  for (const { volumes, below } of placesOn(path, mounted)) {
    const { azureFileShares, azureBlobFileSystems, fileServers = [], unmanagedFileSystems = [] } = volumes;
    const found = [...azureFileShares, ...azureBlobFileSystems, ...fileServers, ...unmanagedFileSystems].find(
      ({ relativeMountPath }) => isWithin(below, relativeMountPath),
    );
    if (found !== undefined && isReadOnly(found)) return found.relativeMountPath;
  }
  return undefined;
}

/** Of a place that the service has no key to: it never reads by its own rights for others. */
export const whyUnreadable = ({ container, accountName }: StorageLocation) =>
  `is in '${container}' of account '${accountName}', which is mounted without a key: this service cannot read it. Read it there as yourself, or name a place on a mount with credentials`;

export const whyReadOnly = (mount: string) =>
  `the file system '${mount}' is mounted read-only; name a place on another one, or mount it without readOnly`;

/** The mount roots that the path is below, and what of it is. */
function placesOn(path: string, mounted: readonly Mounted[]) {
  const normal = normalizePath(path);
  if (normal === undefined) return [];
  const place = normal.startsWith(`${literalMountRoot}/`)
    ? clusterMountRoot + normal.slice(literalMountRoot.length)
    : normal;
  return mounted.flatMap(({ root, volumes, owner }) =>
    volumes === undefined || !place.startsWith(`${root}/`)
      ? []
      : [{ volumes, owner, below: place.slice(root.length + 1) }],
  );
}

function within(volumes: MountVolumes, path: string): Omit<StorageLocation, "secretOwner"> | undefined {
  const below = (mountPath: string) =>
    path === mountPath ? "" : path.startsWith(`${mountPath}/`) ? path.slice(mountPath.length + 1) : undefined;
  for (const share of volumes.azureFileShares) {
    const directory = below(share.relativeMountPath);
    const container = shareName(share.azureFileUrl);
    if (directory === undefined || container === undefined) continue;
    const { accountName, accountKeySecret } = share;
    return { kind: "fileShare", accountName, container, directory, accountKeySecret };
  }
  for (const blob of volumes.azureBlobFileSystems) {
    const directory = below(blob.relativeMountPath);
    if (directory === undefined) continue;
    const { accountName, accountKeySecret, containerName } = blob;
    return { kind: "blob", accountName, container: containerName, directory, accountKeySecret };
  }
  return undefined;
}

/**
 * A directory below; `.` is itself.
 * @throws AppError InvalidQueryParameter for one that leaves it.
 */
export function placeBelow(place: StorageLocation, directory: string): StorageLocation {
  const below = normalizePath(`/${directory}`);
  if (below === undefined || hasControlCharacter(directory)) {
    throw new AppError(
      "InvalidQueryParameter",
      `directory: expected a path inside the output directory, without control characters, got '${directory.slice(0, 100)}'`,
      { target: "directory" },
    );
  }
  return { ...place, directory: joinPath(place.directory, below.slice(1)) };
}

/** Resolves `.`, `..` and double slashes; undefined for a relative path or one that leaves the root. */
export function normalizePath(path: string): string | undefined {
  if (!path.startsWith("/")) return undefined;
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part === "..") {
      if (parts.pop() === undefined) return undefined;
    } else parts.push(part);
  }
  return `/${parts.join("/")}`;
}
