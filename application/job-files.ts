// What a job wrote, and where it runs.
import { locateOutput } from "../domain/job/directories.ts";
import { outputReadJob } from "../domain/job/rules.ts";
import type { JobDocument } from "../domain/job/schema.ts";
import { refOf } from "../domain/shared/resource-id.ts";
import type { JobRef } from "../domain/shared/resource-id.ts";
import { batchJobId, poolId, taskId } from "../services/batch-names.ts";
import type { OutputFile } from "../services/output-files.ts";
import type { Services } from "../services/services.ts";
import type { Page, PageRequest } from "../services/state.ts";
import { existing } from "./existing.ts";
import { remoteLogins } from "./remote-logins.ts";
import type { RemoteLogin } from "./remote-logins.ts";
import { secretValue } from "./secrets.ts";

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
  const place = locateOutput(job, directoryId, directory);
  const keys = await services.secrets.get(place.secretOwner);
  const source = keys.get(place.accountKeySecret);
  const accountKey = source === undefined ? undefined : await secretValue(services, source);
  const files = await services.outputFiles.list({ ...place, accountKey }, { linkLifetimeMs, page });
  if (files.items.some(({ downloadUrl }) => downloadUrl !== undefined)) await noteReader(services, job);
  return files;
}

/**
 * Readers go to the storage with these links, unseen, and stop at the end that the job shows: it must know of them
 * (docs/adr/0015). Written once in the life of a job, before the first link is given away.
 */
async function noteReader(services: Services, job: JobDocument): Promise<void> {
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
