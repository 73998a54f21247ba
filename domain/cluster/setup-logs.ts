// Where the logs of a cluster's setup task are: a directory on the nodes, and in storage when it lies on one of the cluster's mounts.
import { expandTemplate } from "../launch/quote.ts";
import { AppError } from "../shared/errors.ts";
import {
  clusterMountRoot,
  locateOnMounts,
  placeBelow,
  readOnlyMountOf,
  whyReadOnly,
  whyUnreadable,
} from "../shared/mount-location.ts";
import type { StorageLocation } from "../shared/mount-location.ts";
import type { ClusterDocument, ClusterSpec } from "./schema.ts";

type SetupTask = NonNullable<ClusterSpec["setupTask"]>;

/** A template. */
export function setupLogPath(task: SetupTask): string {
  return `${task.stdOutErrPathPrefix.replace(/\/+$/, "")}/${task.stdOutErrPathSuffix}`;
}

/** The template as far as it is known before a node runs it. */
function onNode(task: SetupTask, template: string): string {
  const variables = new Map(task.environmentVariables.map(({ name, value }) => [name, value]));
  return expandTemplate(template, (name) =>
    name === "AZ_BATCHAI_MOUNT_ROOT" ? clusterMountRoot : variables.get(name),
  );
}

/** Undefined where they stay on the nodes. */
export function locateSetupLogs(cluster: ClusterDocument, task: SetupTask): StorageLocation | undefined {
  return locateOnMounts(onNode(task, setupLogPath(task)), [
    { root: clusterMountRoot, volumes: cluster.spec.mountVolumes, owner: cluster.guid },
  ]);
}

/** @throws AppError InvalidRequest when it is to write where programs cannot. */
export function checkSetupLogs({ setupTask, mountVolumes: volumes }: ClusterSpec): void {
  if (setupTask === undefined) return;
  const mount = readOnlyMountOf(onNode(setupTask, setupTask.stdOutErrPathPrefix), [
    { root: clusterMountRoot, volumes, owner: "" },
  ]);
  if (mount === undefined) return;
  const target = "properties.nodeSetup.setupTask.stdOutErrPathPrefix";
  throw new AppError("InvalidRequest", `${target}: ${whyReadOnly(mount)}`, { target });
}

/**
 * The storage that `listSetupFiles` reads; undefined for a cluster without a setup task, which has none.
 * @param directory path below the logs, `.` for themselves; may not leave them.
 * @throws AppError OutputDirectoryNotOnMount, InvalidQueryParameter.
 */
export function locateSetupFiles(cluster: ClusterDocument, directory: string): StorageLocation | undefined {
  const { setupTask } = cluster.spec;
  if (setupTask === undefined) return undefined;
  const place = locateSetupLogs(cluster, setupTask);
  if (place?.accountKeySecret !== undefined) return placeBelow(place, directory);
  throw new AppError(
    "OutputDirectoryNotOnMount",
    place === undefined
      ? `The stdOutErrPathPrefix '${setupTask.stdOutErrPathPrefix}' of the setup task of cluster '${cluster.cluster}' is not on a mounted file share or container: its logs stay on the nodes.`
      : `The log of the setup task of cluster '${cluster.cluster}' ${whyUnreadable(place)}`,
  );
}
