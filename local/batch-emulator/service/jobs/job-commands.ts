// What callers may ask of jobs. Source: "Job - Add/Update/Patch/…" of the REST reference.
import type { JobPatch, JobSpec } from "../../schema/job-spec.ts";
import { checkContainerSettings } from "../launches/containers.ts";
import { BatchFault, invalidProperty, notEmulated, notFound } from "../account/fault.ts";
import { armJobWallClock, offerPreemption, checkCompletion } from "./job-control.ts";
import type { Job, Pool, Schedule } from "../entities/model.ts";
import { checkPackages } from "../packages/node-packages.ts";
import { emptyJob } from "../entities/records.ts";
import { checkReferences } from "../checks/reference-checks.ts";
import { createTask } from "../tasks/task-life.ts";
import { offer, poolOf } from "../tasks/task-state.ts";
import { touch } from "../account/versions.ts";
import { quotasOf } from "../account/quota.ts";
import type { AccountState } from "../account/account-state.ts";

export function findJob(account: AccountState, id: string): Job {
  const job = account.jobs.get(id.toLowerCase());
  if (job === undefined) throw notFound("Job");
  return job;
}

export function addJob(account: AccountState, spec: JobSpec, schedule?: Schedule): Job {
  const key = spec.id.toLowerCase();
  if (account.schedules.has(key))
    throw new BatchFault(409, "JobScheduleWithSameIdExists", "A job schedule has the id of the job.");
  const existing = account.jobs.get(key);
  if (existing?.state === "deleting")
    throw new BatchFault(409, "JobBeingDeleted", "The specified job has been marked for deletion.");
  if (existing !== undefined) throw new BatchFault(409, "JobExists", "The specified job already exists.");
  if (schedule === undefined) refuseOverQuota(account);
  checkJob(account, spec);
  const now = account.clock.now();
  const job: Job = {
    ...emptyJob(),
    row: account.nextRow(),
    key,
    id: spec.id,
    createdAt: now,
    modifiedAt: now,
    version: account.stamp(),
    spec,
    schedule,
    state: "active",
    stateAt: now,
  };
  account.jobs.add(job);
  offerPreemption(account, job);
  account.save(job, true);
  account.events.emit("jobStarted", job);
  const manager = spec.jobManagerTask;
  if (manager !== undefined) {
    const { killJobOnCompletion: _k, runExclusive, allowLowPriorityNode: _l, ...task } = manager;
    const slots = poolOf(account, job)?.spec.taskSlotsPerNode ?? 1;
    createTask(account, job, runExclusive === false ? task : { ...task, requiredSlots: slots }, true);
  }
  armJobWallClock(account, job);
  checkCompletion(account, job);
  return job;
}

/** Active jobs and schedules share one quota. */
export function refuseOverQuota(account: AccountState): void {
  let active = 0;
  for (const job of account.jobs) if (job.state !== "completed" && job.schedule === undefined) active += 1;
  for (const schedule of account.schedules) if (schedule.state !== "completed") active += 1;
  if (active >= quotasOf(account).activeJobAndJobScheduleQuota)
    throw new BatchFault(
      409,
      "ActiveJobAndScheduleQuotaReached",
      "The Batch account has reached its active job and job schedule quota. Terminate or delete jobs, or raise the quota.",
    );
}

type JobShape = Omit<JobSpec, "id">;

export function checkJob(account: AccountState, spec: JobShape): void {
  checkPriority(spec.priority);
  const pool = account.pools.get(spec.poolInfo.poolId?.toLowerCase() ?? "");
  checkJobNetwork(spec, pool);
  if (spec.jobReleaseTask !== undefined && spec.jobPreparationTask === undefined)
    throw invalidProperty("jobReleaseTask", "", "A job release task needs a job preparation task");
  for (const [name, task] of Object.entries({
    jobManagerTask: spec.jobManagerTask,
    jobPreparationTask: spec.jobPreparationTask,
    jobReleaseTask: spec.jobReleaseTask,
  })) {
    checkContainerSettings(task?.containerSettings);
    checkReferences(task, pool, name);
  }
  checkPackages(account, spec.jobManagerTask?.applicationPackageReferences);
  if (spec.poolInfo.autoPoolSpecification !== undefined && !account.autoPools)
    throw notEmulated("automatic pools (autoPoolSpecification)");
}

/** "Job - Add" (JobNetworkConfiguration): nodes join the job's subnet only where the pool lets its jobs decide. */
function checkJobNetwork(spec: Pick<JobShape, "networkConfiguration">, pool: Pool | undefined): void {
  if (spec.networkConfiguration === undefined || pool === undefined) return;
  if (pool.spec.networkConfiguration?.dynamicVNetAssignmentScope !== "job")
    throw invalidProperty(
      "networkConfiguration",
      spec.networkConfiguration.subnetId,
      "The pool's dynamicVNetAssignmentScope is not 'job'",
    );
}

function checkPriority(priority: number | undefined): void {
  if (priority !== undefined && (priority < -1000 || priority > 1000))
    throw new BatchFault(
      400,
      "OutOfRangePriority",
      "The priority is out of range: it must be from -1000 to 1000.",
    );
}

/** Replaces the given elements; `PUT` also resets what it omits. */
export function updateJob(account: AccountState, job: Job, patch: JobPatch, replace: boolean): void {
  if (job.state === "completed")
    throw new BatchFault(409, "JobCompleted", "The specified job has already completed.");
  if (job.state === "terminating")
    throw new BatchFault(409, "JobBeingTerminated", "The specified job is being terminated.");
  if (job.state === "deleting")
    throw new BatchFault(409, "JobBeingDeleted", "The specified job has been marked for deletion.");
  checkPriority(patch.priority);
  if (job.spec.onAllTasksComplete === "terminatejob" && patch.onAllTasksComplete === "noaction")
    throw invalidProperty(
      "onAllTasksComplete",
      "noaction",
      "It cannot be changed from terminatejob to noaction",
    );
  checkJobNetwork(patch, poolOf(account, job));
  refusePoolChange(account, job, patch);
  const given = Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined));
  const {
    priority: _p,
    maxParallelTasks: _m,
    constraints: _c,
    metadata: _d,
    allowTaskPreemption: _a,
    ...kept
  } = job.spec;
  const before = poolOf(account, job);
  job.spec = { ...(replace ? kept : job.spec), ...given };
  if (before !== poolOf(account, job)) before?.readyJobs.delete(job);
  offerPreemption(account, job);
  touch(account, job);
  armJobWallClock(account, job);
  checkCompletion(account, job);
  offer(account, job);
}

/** "Job - Update": the pool can be changed only while the job is disabled, or while its pool is gone. */
function refusePoolChange(account: AccountState, job: Job, patch: JobPatch): void {
  const wanted = patch.poolInfo;
  if (wanted === undefined) return;
  if (wanted.autoPoolSpecification !== undefined && job.spec.poolInfo.autoPoolSpecification === undefined)
    throw invalidProperty("poolInfo", "", "A job cannot be moved to an automatic pool");
  const same = wanted.poolId?.toLowerCase() === job.spec.poolInfo.poolId?.toLowerCase();
  if (same || job.state === "disabled" || poolOf(account, job) === undefined) return;
  throw new BatchFault(
    409,
    "JobNotDisabled",
    "The job's pool can be changed only while the job is disabled.",
  );
}
