// What a job wrote, and where it runs.
import { locateOutput } from "../domain/job/directories.ts";
import { outputReadJob } from "../domain/job/rules.ts";
import type { JobDocument } from "../domain/job/schema.ts";
import { AppError } from "../domain/shared/errors.ts";
import { hasControlCharacter } from "../domain/shared/fields.ts";
import { refOf } from "../domain/shared/resource-id.ts";
import type { JobRef } from "../domain/shared/resource-id.ts";
import { batchJobId, poolId, taskId } from "../services/batch-names.ts";
import type { OutputFile, StoragePlace } from "../services/output-files.ts";
import type { Services } from "../services/services.ts";
import type { Page, PageRequest } from "../services/state.ts";
import { existing } from "./existing.ts";
import { remoteLogins } from "./remote-logins.ts";
import type { RemoteLogin } from "./remote-logins.ts";
import { withKey } from "./storage-places.ts";

export interface OutputQuery {
  /** Id of one of the job's outputDirectories, or `stdouterr`. */
  readonly directoryId: string;
  /** Path in it. */
  readonly directory: string;
  readonly linkLifetimeMs: number;
  readonly page: PageRequest;
}

export async function listOutputFiles(
  services: Services,
  ref: JobRef,
  { directoryId, directory, linkLifetimeMs, page }: OutputQuery,
): Promise<Page<OutputFile>> {
  const job = await existing(services, ref);
  const place = await openPlace(services, job, directoryId, directory);
  const files = await services.outputFiles.list(place, { linkLifetimeMs, page });
  if (files.items.some(({ downloadUrl }) => downloadUrl !== undefined)) await recordReader(services, job);
  return files;
}

/** From a byte on, or so many of the last. */
export type OutputRange = { readonly from: number } | { readonly last: number };

export interface OutputPart {
  /** Empty when there is nothing behind the start. */
  readonly bytes: Uint8Array;
  readonly start: number;
  /** Of the whole file. */
  readonly size: number;
}

/** So much of a file is read at once. */
const mostOutputBytes = 1_048_576;

/** Part of a file of a job, for readers that may not go to the storage themselves. Undefined when there is no such file. */
export async function readOutput(
  services: Services,
  ref: JobRef,
  {
    directoryId,
    directory,
    name,
  }: Pick<OutputQuery, "directoryId" | "directory"> & { readonly name: string },
  range: OutputRange,
): Promise<OutputPart | undefined> {
  if (!isLeafName(name))
    throw new AppError("InvalidQueryParameter", "name: expected the name of a file, without its directory.", {
      target: "name",
    });
  const job = await existing(services, ref);
  const place = await openPlace(services, job, directoryId, directory);
  const size = await services.outputFiles.size(place, name);
  if (size === undefined) return undefined;
  const start = "from" in range ? range.from : Math.max(0, size - Math.min(range.last, mostOutputBytes));
  const asked = { offset: start, maxBytes: mostOutputBytes };
  const bytes = start < size ? await services.outputFiles.read(place, name, asked) : new Uint8Array();
  if (bytes === undefined) return undefined;
  await recordReader(services, job);
  // It may have grown between the two looks.
  return { bytes, start, size: Math.max(size, start + bytes.length) };
}

const isLeafName = (name: string) =>
  !["", ".", ".."].includes(name) && !/[/\\]/.test(name) && !hasControlCharacter(name);

/** The storage behind an output directory, with its key. */
export async function openPlace(
  services: Services,
  job: JobDocument,
  directoryId: string,
  directory: string,
): Promise<StoragePlace> {
  return withKey(services, locateOutput(job, directoryId, directory));
}

/**
 * Readers go to the storage with these links, unseen, and stop at the end that the job shows: it must know of them
 * (docs/adr/0015). Written once in the life of a job, before the first link is given away.
 */
export async function recordReader(services: Services, job: JobDocument): Promise<void> {
  if (outputReadJob(job) === job) return;
  await services.state.jobs.update(refOf(job), (found) =>
    found.guid === job.guid ? outputReadJob(found) : found,
  );
}

/** How to reach the nodes of a job by ssh: none, unless it runs. */
export async function jobLogins(services: Services, ref: JobRef): Promise<readonly RemoteLogin[]> {
  const job = await existing(services, ref);
  if (job.executionState !== "running") return [];
  const batchJob = batchJobId(job.clusterGuid, job.spec.schedulingPriority);
  const id = taskId(job.guid, job.attempt);
  const task = await services.batch.getTask(batchJob, id);
  const others = job.spec.nodeCount > 1 ? await services.batch.subtaskNodes(batchJob, id) : [];
  const nodes = [...(task?.nodeId === undefined ? [] : [task.nodeId]), ...others];
  return remoteLogins(services, poolId(job.clusterGuid), nodes);
}
