// The launch plan: everything a node must do for one run of a job, as plain data. Planning knows jobs and toolkits;
// executing it is the launcher (node/), which knows neither. Paths and environment values of the service are templates
// (`$NAME` expands on the node); commands are shell text; everything else is literal.
import { placedMounts } from "../file-server/export.ts";
import { logNamesOf } from "../job/log-names.ts";
import { checkpointPath, locate, outputPath, stdOutErrPath } from "../job/directories.ts";
import { isAzureRegistry, pulledFrom, registryIdentityUser } from "../job/container.ts";
import { sharedTempPath } from "../job/placement.ts";
import { toolkitContext } from "../job/rules.ts";
import type { ContainerSettings } from "../job/container.ts";
import type { JobDocument } from "../job/schema.ts";
import { recordName } from "../receipt/record.ts";
import { blobCacheOptions, cachePathOf, cachePathOption } from "../shared/blob-cache.ts";
import { shareName } from "../shared/mount-volumes.ts";
import type { BlobMount, FileShareMount } from "../shared/mount-volumes.ts";
import { isNfs, nfsOptions, nfsSource, shareHost } from "../shared/nfs-share.ts";
import type { EnvironmentVariable } from "../shared/fields.ts";
import { toolkitOf } from "../toolkits/registry.ts";
import type { PlannedProcess } from "../toolkits/toolkit.ts";

export interface NamedPath {
  readonly id: string;
  /** Template. */
  readonly path: string;
}

/**
 * What lies behind a directory: `blob`: logs are written locally and copied every second, because a blob mount shows a file
 * only once it is closed. `node`: the node's own disk, which nobody sees after the run.
 */
export type PathStorage = "blob" | "share" | "node";

export interface OutputPath extends NamedPath {
  readonly storage: PathStorage;
}

export type PlannedMount =
  | {
      readonly kind: "fileShare";
      readonly relativePath: string;
      readonly accountName: string;
      /** `//host/share`. */
      readonly source: string;
      readonly fileMode: string;
      readonly directoryMode: string;
      readonly readOnly?: true;
      /** Name of the account key in the job's secrets. */
      readonly secret: string;
    }
  | {
      readonly kind: "blob";
      readonly relativePath: string;
      readonly accountName: string;
      readonly container: string;
      /** Options of blobfuse, separated by blanks. */
      readonly options: string;
      /** A folder of the node in which its cache goes, and the option that takes one. */
      readonly cache?: { readonly option: string; readonly path: string };
      readonly secret?: string;
      /** ARM id of the identity of the node that mounts it without a key. */
      readonly identity?: string;
    }
  | {
      readonly kind: "fileServer";
      readonly relativePath: string;
      /** `address:/export/folder`. */
      readonly source: string;
      /** Options of mount, separated by commas. */
      readonly options: string;
    }
  | {
      readonly kind: "unmanaged";
      readonly relativePath: string;
      /** Shell text of the user, to which the path is added. */
      readonly command: string;
      readonly readOnly?: true;
    };

/** Where a process listens: `$AZ_BATCHAI_ENDPOINT_{name}` in templates. */
export interface PlannedEndpoint {
  readonly name: string;
  readonly node: number;
  readonly port: number;
  /** Used instead where nodes share one machine: programs that listen on every address would take each other's port. */
  readonly portOnSharedMachine: number;
}

export interface PlannedOutput extends PlannedProcess {
  /** Leaf names in the stdouterr directory. */
  readonly stdout: string;
  readonly stderr: string;
  /** Other names under which the same output is there. */
  readonly alias?: { readonly stdout: string; readonly stderr: string };
}

/** The container in which the preparation and all processes of a node run. */
export interface PlannedContainer {
  /** As the job names it; one of that name on the node is taken. */
  readonly image: string;
  /** Its whole name, to pull. */
  readonly reference: string;
  readonly registry: string;
  readonly login?: {
    readonly username: string;
    readonly secret: string;
    /** The password is what the service's own identity gets for the registry, if it may. */
    readonly byIdentity?: true;
  };
  readonly shmSize?: string;
}

export interface LaunchPlan {
  readonly version: 1;
  readonly job: {
    readonly guid: string;
    readonly attempt: number;
    readonly workspace: string;
    readonly experiment: string;
    readonly name: string;
  };
  readonly nodeCount: number;
  readonly environment: readonly EnvironmentVariable[];
  /** Environment variables whose values come with the secrets file. */
  readonly secrets: readonly { readonly name: string; readonly secret: string }[];
  readonly mounts: readonly PlannedMount[];
  readonly container?: PlannedContainer;
  readonly inputs: readonly NamedPath[];
  readonly outputs: readonly OutputPath[];
  readonly stdouterr: Omit<OutputPath, "id">;
  /** What the job's attempts leave to each other. */
  readonly checkpoints: Omit<OutputPath, "id">;
  /** Template; absent when the nodes share no directory. */
  readonly sharedTemp?: string;
  /** Shell text that every node runs before the processes. */
  readonly preparation?: string;
  readonly endpoints: readonly PlannedEndpoint[];
  /** What is read for the job's receipt; absent when it wants none. */
  readonly receipt?: { readonly inputs?: readonly string[] | undefined };
  /** Template: the record of the run of whose image and inputs this one must be. */
  readonly reproduces?: string;
  readonly processes: readonly PlannedOutput[];
}

export function planLaunch(job: JobDocument): LaunchPlan {
  const { spec } = job;
  const context = toolkitContext(job);
  const processes = toolkitOf(spec.toolkit.block).plan(spec.toolkit.settings, context);
  const shared = sharedTempPath(job);
  const stdouterr = stdOutErrPath(job);
  const checkpoints = checkpointPath(job);
  return {
    version: 1,
    job: {
      guid: job.guid,
      attempt: job.attempt,
      workspace: job.workspace,
      experiment: job.experiment,
      name: job.job,
    },
    nodeCount: spec.nodeCount,
    environment: spec.environmentVariables,
    secrets: spec.secrets,
    mounts: plannedMounts(job),
    ...(spec.containerSettings === undefined ? {} : { container: plannedContainer(spec.containerSettings) }),
    inputs: spec.inputDirectories.map(({ id, path }) => ({ id, path })),
    outputs: spec.outputDirectories.map((directory) => {
      const path = outputPath(job, directory);
      return { id: directory.id, path, storage: storageOf(job, path) };
    }),
    stdouterr: { path: stdouterr, storage: storageOf(job, stdouterr) },
    checkpoints: { path: checkpoints, storage: storageOf(job, checkpoints) },
    ...(shared === undefined ? {} : { sharedTemp: shared }),
    ...(spec.jobPreparation === undefined ? {} : { preparation: spec.jobPreparation.commandLine }),
    endpoints: plannedEndpoints(processes, context.rendezvousPort),
    ...(spec.receipt === undefined ? {} : { receipt: spec.receipt }),
    ...(job.reproduces?.checked === true ? { reproduces: recordOf(job, job.reproduces) } : {}),
    processes: processes.map((process) => ({ ...process, ...logNamesOf(process) })),
  };
}

/** Beside the logs of the job that it is to be once more, which are on the same mount. */
function recordOf(job: JobDocument, { job: name, guid }: { readonly job: string; readonly guid: string }) {
  return `${stdOutErrPath({ ...job, job: name, guid })}/${recordName}`;
}

function plannedContainer(settings: ContainerSettings): PlannedContainer {
  const { image, shmSize } = settings;
  const source = pulledFrom(settings);
  const login = plannedLogin(settings, source.registry);
  return {
    image,
    ...source,
    ...(login === undefined ? {} : { login }),
    ...(shmSize === undefined ? {} : { shmSize }),
  };
}

function plannedLogin({ credentials }: ContainerSettings, registry: string): PlannedContainer["login"] {
  if (credentials !== undefined)
    return { username: credentials.username, secret: credentials.passwordSecret };
  if (!isAzureRegistry(registry)) return undefined;
  return { username: registryIdentityUser, secret: "containerSettings.registryToken", byIdentity: true };
}

function storageOf(job: JobDocument, path: string): PathStorage {
  const place = locate(job, path);
  if (place === undefined) return "node";
  return place.kind === "blob" ? "blob" : "share";
}

function plannedEndpoints(
  processes: readonly PlannedProcess[],
  rendezvousPort: number,
): readonly PlannedEndpoint[] {
  return processes.flatMap(({ role, index, node, port }, place) =>
    port === undefined
      ? []
      : [{ name: `${role}_${index}`, node, port, portOnSharedMachine: rendezvousPort + 1 + place }],
  );
}

function plannedMounts(job: JobDocument): readonly PlannedMount[] {
  const volumes = job.spec.mountVolumes;
  if (volumes === undefined) return [];
  const shares = volumes.azureFileShares.map(plannedShare);
  const blobs = volumes.azureBlobFileSystems.map((blob): PlannedMount => ({
    kind: "blob",
    relativePath: blob.relativeMountPath,
    accountName: blob.accountName,
    container: blob.containerName,
    options: blobOptions(blob),
    ...cacheOf(blob),
    ...(blob.accountKeySecret === undefined ? {} : { secret: blob.accountKeySecret }),
    ...(blob.identityReference === undefined ? {} : { identity: blob.identityReference.resourceId }),
  }));
  const unmanaged = (volumes.unmanagedFileSystems ?? []).map((mount): PlannedMount => ({
    kind: "unmanaged",
    relativePath: mount.relativeMountPath,
    command: mount.mountCommand,
    ...readOnlyOf(mount),
  }));
  const served = placedMounts(volumes, job.exports).map((mount): PlannedMount => ({
    kind: "fileServer",
    relativePath: mount.relativeMountPath,
    source: mount.source,
    options: mount.options,
  }));
  return [...shares, ...blobs, ...served, ...unmanaged];
}

function plannedShare(share: FileShareMount): PlannedMount {
  if (isNfs(share))
    return {
      kind: "fileServer",
      relativePath: share.relativeMountPath,
      source: nfsSource(share),
      options: nfsOptions(share),
    };
  return {
    kind: "fileShare",
    relativePath: share.relativeMountPath,
    accountName: share.accountName,
    source: shareSource(share),
    fileMode: share.fileMode,
    directoryMode: share.directoryMode,
    ...readOnlyOf(share),
    secret: share.accountKeySecret ?? "",
  };
}

const readOnlyOf = ({ readOnly }: { readonly readOnly?: boolean | undefined }) =>
  readOnly === true ? { readOnly } : {};

function blobOptions(blob: BlobMount): string {
  return [
    ...(blob.allowOther === false ? [] : ["-o allow_other"]),
    ...(blob.mountOptions === undefined ? blobCacheOptions(blob) : [blob.mountOptions]),
    ...(blob.readOnly === true ? ["--read-only"] : []),
  ].join(" ");
}

function cacheOf(blob: BlobMount) {
  const path = cachePathOf(blob);
  return path === undefined ? {} : { cache: { option: cachePathOption(blob), path } };
}

const shareSource = (share: FileShareMount) => `//${shareHost(share)}/${shareName(share.azureFileUrl) ?? ""}`;
