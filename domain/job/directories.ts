// Where a job's files are: on the node (templates with `$AZ_BATCHAI_…`) and, for listings, in storage. The layout is the
// contract: `{prefix}/{segment}/stdouterr`, `{prefix}/{segment}/outputs/{suffix}`; ours is `{prefix}/{segment}/checkpoints`.
import type { Guid } from "../shared/brand.ts";
import { AppError } from "../shared/errors.ts";
import { expandTemplate, valueTemplate } from "../launch/quote.ts";
import {
  clusterMountRoot,
  jobMountRoot,
  locateOnMounts,
  placeBelow,
  readOnlyMountOf,
  whyReadOnly,
  whyUnreadable,
} from "../shared/mount-location.ts";
import type { StorageLocation } from "../shared/mount-location.ts";
import type { JobRef } from "../shared/resource-id.ts";
import type { JobDocument, OutputDirectory } from "./schema.ts";

const checkpointsId = "checkpoints";

/** `{sub}/{rg}/workspaces/{ws}/experiments/{exp}/jobs/{job}/{guid}`: `jobOutputDirectoryPathSegment` on the wire. */
export function pathSegment(ref: JobRef, guid: Guid | string): string {
  return `${ref.subscriptionId}/${ref.resourceGroup}/workspaces/${ref.workspace}/experiments/${ref.experiment}/jobs/${ref.job}/${guid}`;
}

export function stdOutErrPath(job: JobDocument): string {
  return `${trimSlash(job.spec.stdOutErrPathPrefix)}/${pathSegment(job, job.guid)}/stdouterr`;
}

/** One for all attempts of the job, so that a later one finds what an earlier one left. */
export function checkpointPath(job: JobDocument): string {
  return `${trimSlash(job.spec.stdOutErrPathPrefix)}/${pathSegment(job, job.guid)}/${checkpointsId}`;
}

export function outputPath(job: JobDocument, directory: OutputDirectory): string {
  const suffix =
    directory.pathSuffix === undefined ? "" : `/${directory.pathSuffix.replace(/^\/+|\/+$/g, "")}`;
  return `${trimSlash(directory.pathPrefix)}/${pathSegment(job, job.guid)}/outputs${suffix}`;
}

/**
 * The storage behind a directory on a node, when it lies on a mounted share or container.
 * @param path a template, e.g. `$AZ_BATCHAI_MOUNT_ROOT/logs`.
 */
export function locate(job: JobDocument, path: string): StorageLocation | undefined {
  return locateOnMounts(onNode(job, path), mountedBy(job));
}

/** Where the service itself may read for whoever may read the job: never by its own rights, which are not those of the user. */
export function locateReadable(
  job: JobDocument,
  path: string,
): (StorageLocation & { readonly accountKeySecret: string }) | undefined {
  const place = locate(job, path);
  const { accountKeySecret } = place ?? {};
  return place === undefined || accountKeySecret === undefined ? undefined : { ...place, accountKeySecret };
}

const onNode = (job: JobDocument, path: string) => expandTemplate(path, (name) => knownValue(job, name));

const mountedBy = (job: JobDocument) => [
  { root: clusterMountRoot, volumes: job.clusterMounts, owner: job.clusterGuid },
  { root: jobMountRoot, volumes: job.spec.mountVolumes, owner: job.guid },
];

/** @throws AppError InvalidRequest when the job is to write where programs cannot. */
export function checkWritable(job: JobDocument): void {
  const { stdOutErrPathPrefix, outputDirectories } = job.spec;
  const places = [
    { field: "stdOutErrPathPrefix", path: stdOutErrPathPrefix },
    ...outputDirectories.map((one, index) => ({
      field: `outputDirectories[${index}].pathPrefix`,
      path: one.pathPrefix,
    })),
  ];
  for (const { field, path } of places) {
    const mount = readOnlyMountOf(onNode(job, path), mountedBy(job));
    if (mount === undefined) continue;
    const target = `properties.${field}`;
    throw new AppError("InvalidRequest", `${target}: ${whyReadOnly(mount)}`, { target });
  }
}

/** Values that are known before the job runs: mount roots, the job's directories, the user's variables. */
function knownValue(job: JobDocument, name: string, depth = 0): string | undefined {
  if (name === "AZ_BATCHAI_MOUNT_ROOT") return clusterMountRoot;
  if (name === "AZ_BATCHAI_JOB_MOUNT_ROOT") return jobMountRoot;
  const template = knownTemplate(job, name);
  if (template === undefined || depth > 8) return undefined;
  return expandTemplate(template, (inner) => knownValue(job, inner, depth + 1));
}

function knownTemplate(job: JobDocument, name: string): string | undefined {
  const { environmentVariables, inputDirectories, outputDirectories } = job.spec;
  const variable = environmentVariables.findLast((candidate) => candidate.name === name);
  if (variable !== undefined) return valueTemplate(variable.value);
  if (name === "AZ_BATCHAI_STDOUTERR_DIR") return stdOutErrPath(job);
  if (name === "AZ_BATCHAI_CHECKPOINT_DIR") return checkpointPath(job);
  const output = outputDirectories.find((directory) => `AZ_BATCHAI_OUTPUT_${directory.id}` === name);
  if (output !== undefined) return outputPath(job, output);
  return inputDirectories.find((directory) => `AZ_BATCHAI_INPUT_${directory.id}` === name)?.path;
}

/**
 * The storage that `listOutputFiles` reads.
 * @param outputDirectoryId an id from `outputDirectories`, `stdouterr`, or `checkpoints`.
 * @param directory path below it, `.` for itself; may be nested, may not leave it.
 * @throws AppError OutputDirectoryNotFound, OutputDirectoryNotOnMount, InvalidQueryParameter.
 */
export function locateOutput(
  job: JobDocument,
  outputDirectoryId: string,
  directory: string,
): StorageLocation {
  const path = outputTemplate(job, outputDirectoryId);
  const place = locateReadable(job, path);
  if (place === undefined) {
    const mounted = locate(job, path);
    throw new AppError(
      "OutputDirectoryNotOnMount",
      mounted === undefined
        ? `The specified outputDirectoryId ${outputDirectoryId} is not present on a mount root`
        : `The specified outputDirectoryId ${outputDirectoryId} ${whyUnreadable(mounted)}`,
      { target: "outputdirectoryid" },
    );
  }
  return placeBelow(place, directory);
}

function outputTemplate(job: JobDocument, outputDirectoryId: string): string {
  if (outputDirectoryId.toLowerCase() === "stdouterr") return stdOutErrPath(job);
  const directories = job.spec.outputDirectories;
  const found = directories.find((directory) => directory.id === outputDirectoryId);
  if (found !== undefined) return outputPath(job, found);
  // A job may have an output directory of its own by that name.
  if (outputDirectoryId === checkpointsId) return checkpointPath(job);
  const ids = ["stdouterr", checkpointsId, ...directories.map((directory) => directory.id)];
  throw new AppError(
    "OutputDirectoryNotFound",
    `The job '${job.job}' has no output directory '${outputDirectoryId}'; it has: ${ids.join(", ")}`,
    { target: "outputdirectoryid" },
  );
}

function trimSlash(path: string): string {
  return path.replace(/\/+$/, "");
}
