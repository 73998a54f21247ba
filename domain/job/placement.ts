// Facts about where a job's pieces lie that follow from the job alone: its rendezvous port and its shared directory.
import { locate, pathSegment, stdOutErrPath } from "./directories.ts";
import { isReadOnly } from "../shared/mount-volumes.ts";
import type { JobDocument } from "./schema.ts";

const firstPort = 20_000;
const portCount = 10_000;

/** A port from 20000 to 29999, other for every job and run, so that jobs sharing a machine hardly ever meet. */
export function rendezvousPort(guid: string, attempt: number): number {
  return firstPort + ((Number.parseInt(guid.slice(0, 8), 16) + attempt * 101) % portCount);
}

/**
 * Where `AZ_BATCHAI_SHARED_JOB_TEMP` is, as a template. On one node: the node's own disk. On several: a folder of the
 * first mounted Azure file share or else file server that can be written to, because those are file systems all nodes really share; without one it
 * does not exist.
 * (The original exported the first node's disk over NFS, which a stock node image cannot.)
 */
export function sharedTempPath(job: JobDocument): string | undefined {
  if (job.spec.nodeCount === 1) return "$AZ_BATCHAI_JOB_TEMP/shared";
  const folder = `.batchai-shared/${pathSegment(job, job.guid)}`;
  if (locate(job, stdOutErrPath(job))?.kind === "fileShare") {
    return `${job.spec.stdOutErrPathPrefix.replace(/\/+$/, "")}/${folder}`;
  }
  const ofCluster = job.clusterMounts?.azureFileShares.find(isWritable);
  if (ofCluster !== undefined) return `$AZ_BATCHAI_MOUNT_ROOT/${ofCluster.relativeMountPath}/${folder}`;
  const ofJob = job.spec.mountVolumes?.azureFileShares.find(isWritable);
  if (ofJob !== undefined) return `$AZ_BATCHAI_JOB_MOUNT_ROOT/${ofJob.relativeMountPath}/${folder}`;
  const served = job.clusterMounts?.fileServers?.find(isWritable);
  if (served !== undefined) return `$AZ_BATCHAI_MOUNT_ROOT/${served.relativeMountPath}/${folder}`;
  const servedToJob = job.spec.mountVolumes?.fileServers?.find(isWritable);
  if (servedToJob !== undefined)
    return `$AZ_BATCHAI_JOB_MOUNT_ROOT/${servedToJob.relativeMountPath}/${folder}`;
  return undefined;
}

const isWritable = (mount: Parameters<typeof isReadOnly>[0]) => !isReadOnly(mount);

export function hasSharedTemp(job: JobDocument): boolean {
  return sharedTempPath(job) !== undefined;
}
