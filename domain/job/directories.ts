// Where a job's files are: on the node (templates with `$AZ_BATCHAI_…`) and, for listings, in storage. The layout is the
// contract: `{prefix}/{segment}/stdouterr`, `{prefix}/{segment}/outputs/{suffix}`.
import type { Guid } from "../shared/brand.ts";
import { AppError } from "../shared/errors.ts";
import { expandTemplate } from "../launch/quote.ts";
import { shareName } from "../shared/mount-volumes.ts";
import type { MountVolumes } from "../shared/mount-volumes.ts";
import type { JobRef } from "../shared/resource-id.ts";
import type { JobDocument, OutputDirectory } from "./schema.ts";

/** `{sub}/{rg}/workspaces/{ws}/experiments/{exp}/jobs/{job}/{guid}`: `jobOutputDirectoryPathSegment` on the wire. */
export function pathSegment(ref: JobRef, guid: Guid | string): string {
  return `${ref.subscriptionId}/${ref.resourceGroup}/workspaces/${ref.workspace}/experiments/${ref.experiment}/jobs/${ref.job}/${guid}`;
}

export function stdOutErrPath(job: JobDocument): string {
  return `${trimSlash(job.spec.stdOutErrPathPrefix)}/${pathSegment(job, job.guid)}/stdouterr`;
}

export function outputPath(job: JobDocument, directory: OutputDirectory): string {
  const suffix =
    directory.pathSuffix === undefined ? "" : `/${directory.pathSuffix.replace(/^\/+|\/+$/g, "")}`;
  return `${trimSlash(directory.pathPrefix)}/${pathSegment(job, job.guid)}/outputs${suffix}`;
}

/** A place in storage: a directory of a container or share, and whose secret opens it. */
export interface StorageLocation {
  readonly kind: "blob" | "fileShare";
  readonly accountName: string;
  readonly container: string;
  /** No leading or trailing slash; "" is the root. */
  readonly directory: string;
  /** GUID of the cluster or job that keeps the secret, and the secret's name there. */
  readonly secretOwner: string;
  readonly accountKeySecret: string;
}

interface Mounted {
  readonly root: string;
  readonly volumes: MountVolumes | undefined;
  readonly owner: string;
}

/** Roots as tokens: the real folders are known on the node only. */
const clusterRoot = "/\0cluster";
const jobRoot = "/\0job";

/**
 * The storage behind a directory on a node, when it lies on a mounted share or container.
 * @param path a template, e.g. `$AZ_BATCHAI_MOUNT_ROOT/logs`.
 */
export function locate(job: JobDocument, path: string): StorageLocation | undefined {
  const place = normalize(expandTemplate(path, (name) => knownValue(job, name)));
  if (place === undefined) return undefined;
  const mounted: readonly Mounted[] = [
    { root: clusterRoot, volumes: job.clusterMounts, owner: job.clusterGuid },
    { root: jobRoot, volumes: job.spec.mountVolumes, owner: job.guid },
  ];
  for (const { root, volumes, owner } of mounted) {
    if (volumes === undefined || !place.startsWith(`${root}/`)) continue;
    const found = within(volumes, place.slice(root.length + 1));
    if (found !== undefined) return { ...found, secretOwner: owner };
  }
  return undefined;
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

/** Values that are known before the job runs: mount roots, input directories, the user's variables. */
function knownValue(job: JobDocument, name: string, depth = 0): string | undefined {
  if (name === "AZ_BATCHAI_MOUNT_ROOT") return clusterRoot;
  if (name === "AZ_BATCHAI_JOB_MOUNT_ROOT") return jobRoot;
  const variable = job.spec.environmentVariables.findLast((candidate) => candidate.name === name);
  if (variable !== undefined) return variable.value;
  const input = job.spec.inputDirectories.find((directory) => `AZ_BATCHAI_INPUT_${directory.id}` === name);
  if (input === undefined || depth > 8) return undefined;
  return expandTemplate(input.path, (inner) => knownValue(job, inner, depth + 1));
}

/** Resolves `.`, `..` and double slashes; undefined for a relative path or one that leaves the root. */
function normalize(path: string): string | undefined {
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

/**
 * The storage that `listOutputFiles` reads.
 * @param outputDirectoryId an id from `outputDirectories`, or `stdouterr`.
 * @param directory path below it, `.` for itself; may be nested, may not leave it.
 * @throws AppError OutputDirectoryNotFound, OutputDirectoryNotOnMount, InvalidQueryParameter.
 */
export function locateOutput(
  job: JobDocument,
  outputDirectoryId: string,
  directory: string,
): StorageLocation {
  const place = locate(job, outputTemplate(job, outputDirectoryId));
  if (place === undefined) {
    throw new AppError(
      "OutputDirectoryNotOnMount",
      `The specified outputDirectoryId ${outputDirectoryId} is not present on a mount root`,
      { target: "outputdirectoryid" },
    );
  }
  const below = normalize(`/${directory}`);
  if (below === undefined || directory.includes("\0")) {
    throw new AppError(
      "InvalidQueryParameter",
      `directory: expected a path inside the output directory, got '${directory}'`,
      { target: "directory" },
    );
  }
  return { ...place, directory: [place.directory, below.slice(1)].filter((part) => part !== "").join("/") };
}

function outputTemplate(job: JobDocument, outputDirectoryId: string): string {
  if (outputDirectoryId.toLowerCase() === "stdouterr") return stdOutErrPath(job);
  const directories = job.spec.outputDirectories;
  const found = directories.find((directory) => directory.id === outputDirectoryId);
  if (found !== undefined) return outputPath(job, found);
  const ids = ["stdouterr", ...directories.map((directory) => directory.id)];
  throw new AppError(
    "OutputDirectoryNotFound",
    `The job '${job.job}' has no output directory '${outputDirectoryId}'; it has: ${ids.join(", ")}`,
    { target: "outputdirectoryid" },
  );
}

function trimSlash(path: string): string {
  return path.replace(/\/+$/, "");
}
