// Deletes jobs that have ended, without an orchestration: nothing of them runs any more, so that there is nothing to wait for. In
// the order in which any job goes: what others hold of them first, their documents last, so that one that is cut off is found and
// done again.
import type { ParentIdentity } from "../contracts/refs.ts";
import { isFinished } from "../domain/job/machine.ts";
import type { JobDocument } from "../domain/job/schema.ts";
import { clusterOf } from "../domain/job/spot/placement.ts";
import type { Priority } from "../domain/job/priority.ts";
import { rowOf } from "../domain/resources.ts";
import { formatId, refOf } from "../domain/shared/resource-id.ts";
import { batchJobId, jobOfTask, stagingFolder, stagingFolders, taskId } from "../services/batch-names.ts";
import type { Services } from "../services/services.ts";
import { changeBy } from "./caller.ts";
import type { Caller } from "./caller.ts";
import { inLanes } from "../services/in-lanes.ts";
import { removeTrackedJob } from "./tracking/removal.ts";

/** The others go by themselves: a run whose end is being recorded, somebody who deletes it already. */
async function endedJobs(services: Services, jobs: readonly JobDocument[]): Promise<readonly JobDocument[]> {
  const ended = jobs.filter(
    ({ executionState, provisioningState }) => isFinished(executionState) && provisioningState !== "deleting",
  );
  const clusters = [...new Set(ended.map(({ clusterGuid }) => clusterGuid))];
  const runs = await Promise.all(clusters.map((guid) => services.state.activeJobs.runs(guid)));
  const beingRecorded = new Set(runs.flat().map(({ jobGuid }) => jobGuid));
  return ended.filter(({ guid }) => !beingRecorded.has(guid));
}

/** @returns false when it has not ended, or not quite: then it is deleted by an orchestration. */
export async function deleteEndedJob(services: Services, caller: Caller, job: JobDocument): Promise<boolean> {
  if ((await endedJobs(services, [job])).length === 0) return false;
  const { batch, staging, secrets, state } = services;
  const batchJob = batchJobId(job.clusterGuid, job.spec.schedulingPriority);
  const attempts = Array.from({ length: job.attempt }, (_, index) => index + 1);
  await Promise.all([
    inLanes(attempts, (attempt) => batch.deleteTask(batchJob, taskId(job.guid, attempt))),
    staging.removeAll(stagingFolder(job.guid)),
    mayHaveSecrets(job) ? secrets.remove(job.guid) : undefined,
    forget(services, job.clusterGuid, [job]),
    removeTrackedJob(services, job),
  ]);
  const change = changeBy(services, caller, "deleted");
  await state.jobs.remove(refOf<"job">(job), ({ guid }) => guid === job.guid, change);
  return true;
}

/** Deletes those of the jobs that have ended together with their experiment; what is left is found by the next look. */
export async function deleteEndedJobs(
  services: Services,
  { ref: experiment, creationTime }: ParentIdentity,
  actor: string,
  all: readonly JobDocument[],
): Promise<{ readonly found: number; readonly deleted: number }> {
  if (experiment.kind !== "experiment") throw new Error(`${formatId(experiment)} has no jobs.`);
  const jobs = await endedJobs(services, all);
  if (jobs.length === 0) return { found: 0, deleted: 0 };
  const guids = new Set(jobs.map(({ guid }) => guid));
  const byCluster = new Map<string, JobDocument[]>();
  for (const job of jobs) byCluster.set(job.clusterGuid, [...(byCluster.get(job.clusterGuid) ?? []), job]);
  for (const [cluster, some] of byCluster) await removeTasks(services, cluster, some);
  await removeStaged(services, guids);
  await inLanes(jobs.filter(mayHaveSecrets), ({ guid }) => services.secrets.remove(guid));
  await inLanes(jobs, (job) => removeTrackedJob(services, job));
  for (const [cluster, some] of byCluster) await forget(services, cluster, some);
  const change = changeBy(
    services,
    { actor, link: formatId(experiment) },
    `the ${rowOf("experiment").word} is deleted`,
  );
  const isIt = (found: { readonly creationTime: string }) => found.creationTime === creationTime;
  return { found: jobs.length, deleted: await services.state.removeJobs(experiment, isIt, jobs, change) };
}

/** What is there is listed, so that jobs whose tasks are gone cost nothing. */
async function removeTasks(
  { batch }: Services,
  clusterGuid: string,
  jobs: readonly JobDocument[],
): Promise<void> {
  const guids = new Set(jobs.map(({ guid }) => guid));
  const priorities = new Set<Priority>(jobs.map(({ spec }) => spec.schedulingPriority));
  for (const priority of priorities) {
    const batchJob = batchJobId(clusterGuid, priority);
    const tasks = (await batch.changedTasks(batchJob)) ?? [];
    const theirs = tasks.filter(({ id }) => guids.has(jobOfTask(id)?.jobGuid ?? ""));
    await inLanes(theirs, ({ id }) => batch.deleteTask(batchJob, id));
  }
}

async function removeStaged({ staging }: Services, guids: ReadonlySet<string>): Promise<void> {
  const files = await staging.list(stagingFolders);
  const theirs = files.filter(({ path }) => guids.has(path.split("/")[1] ?? ""));
  await inLanes(theirs, ({ path }) => staging.remove([path]));
}

function mayHaveSecrets({ spec }: JobDocument): boolean {
  const { secrets, mountVolumes, containerSettings } = spec;
  return secrets.length > 0 || mountVolumes !== undefined || containerSettings?.credentials !== undefined;
}

/** The secrets of a deleted cluster stay as long as one of its jobs needs them to list its files. */
async function forget(services: Services, clusterGuid: string, jobs: readonly JobDocument[]): Promise<void> {
  const { activeJobs, clusters } = services.state;
  await activeJobs.forget(
    clusterGuid,
    jobs.map(({ guid }) => guid),
  );
  const [first] = jobs;
  if (first === undefined) return;
  const cluster = await clusters.get(clusterOf(first));
  if (cluster?.guid === clusterGuid) return;
  if (await activeJobs.unreferenced(clusterGuid)) await services.secrets.remove(clusterGuid);
}
