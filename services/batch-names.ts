// Names of what the app makes in Azure Batch, derived from GUIDs so that making twice is making once.
import type { Priority } from "../domain/job/priority.ts";
import { sha256 } from "./content-digest.ts";

/** Batch job priorities run from −1000 to 1000 ("Azure Batch: job priority"). */
export const batchPriority = { low: -500, normal: 0, high: 500 } as const satisfies Record<Priority, number>;

export function poolId(clusterGuid: string): string {
  return `batchai-${clusterGuid}`;
}

/** One Batch job per cluster and priority: active Batch jobs are a scarce quota. */
export function batchJobId(clusterGuid: string, priority: Priority): string {
  return `batchai-${clusterGuid}-${priority}`;
}

export function taskId(jobGuid: string, attempt: number): string {
  return `${jobGuid}-${attempt}`;
}

/** Where a task's directory is among the files of a node ("Files and directories in Azure Batch"). */
export function taskDirectory(batchJob: string, task: string): string {
  return `workitems/${batchJob}/job-1/${task}`;
}

/** The job a task runs; undefined for a task that is not ours. */
export function jobOfTask(id: string): { readonly jobGuid: string; readonly attempt: number } | undefined {
  const [, jobGuid, attempt] = /^([0-9a-f-]{36})-(\d+)$/.exec(id.toLowerCase()) ?? [];
  return jobGuid === undefined ? undefined : { jobGuid, attempt: Number(attempt) };
}

/** One for all runs of this process: its digest takes as long as a request. */
let lastLauncher: { readonly text: string; readonly path: string } | undefined;

/** The launcher in the staging container: one file for all runs, as long as it stays the same. */
export function launcherPath(launcher: string): string {
  if (lastLauncher?.text !== launcher)
    lastLauncher = { text: launcher, path: `launchers/${sha256(launcher).slice(0, 32)}.sh` };
  return lastLauncher.path;
}

/** Where every job has a folder in the staging container. */
export const stagingFolders = "jobs/";

/** Folder of a run's files in the staging container. */
export function stagingFolder(jobGuid: string, attempt?: number): string {
  const folder = `${stagingFolders}${jobGuid}/`;
  return attempt === undefined ? folder : `${folder}${attempt}/`;
}

/** Folder of what the nodes of a cluster fetch when they boot. */
export function setupFolder(clusterGuid: string): string {
  return `clusters/${clusterGuid}/`;
}

/** The cluster that a pool or Batch job was made for; undefined for one that is not ours by its name. */
export function clusterOfName(poolOrJobId: string): string | undefined {
  return /^batchai-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:-(?:low|normal|high))?$/.exec(
    poolOrJobId.toLowerCase(),
  )?.[1];
}
