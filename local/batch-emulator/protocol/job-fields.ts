// Jobs on the wire. Source: "Job - Get" of the REST reference.
import { formatDuration, infiniteDuration } from "../schema/values.ts";
import type { Job, JobOnNode, NodeJobTask } from "../service/entities/model.ts";
import { preparationFolder, releaseFolder } from "../service/launches/node-layout.ts";
import { etagOf } from "../service/account/versions.ts";
import { jobTasks, poolInfoShape } from "./command-fields.ts";
import { isoTime, optionalTime, time, value } from "./fields.ts";
import type { FieldTable } from "./fields.ts";
import { failureShape, jobUrl, nodeUrl } from "./task-fields.ts";

export const jobFields: FieldTable<Job> = {
  id: value((job) => job.id),
  displayName: value((job) => job.spec.displayName),
  usesTaskDependencies: value((job) => job.spec.usesTaskDependencies ?? false),
  url: value((job, context) => jobUrl(context, job.id)),
  eTag: value((job) => etagOf(job.version)),
  lastModified: time((job) => job.modifiedAt),
  creationTime: time((job) => job.createdAt),
  state: value((job) => job.state),
  stateTransitionTime: time((job) => job.stateAt),
  previousState: value((job) => job.previousState),
  previousStateTransitionTime: time((job) => job.previousStateAt),
  priority: value((job) => job.spec.priority ?? 0),
  allowTaskPreemption: value((job) => job.spec.allowTaskPreemption ?? false),
  maxParallelTasks: value((job) => job.spec.maxParallelTasks ?? -1),
  constraints: value((job) => ({
    maxWallClockTime: job.spec.constraints?.maxWallClockTime ?? infiniteDuration,
    maxTaskRetryCount: job.spec.constraints?.maxTaskRetryCount ?? 0,
  })),
  jobManagerTask: value((job, { call }) => jobTasks.manager(job.spec.jobManagerTask, call.version)),
  jobPreparationTask: value((job) => jobTasks.preparation(job.spec.jobPreparationTask)),
  jobReleaseTask: value((job) => jobTasks.release(job.spec.jobReleaseTask)),
  commonEnvironmentSettings: value((job) => job.spec.commonEnvironmentSettings),
  poolInfo: value((job) => poolInfoShape(job.spec.poolInfo)),
  onAllTasksComplete: value((job) => job.spec.onAllTasksComplete ?? "noaction"),
  onTaskFailure: value((job) => job.spec.onTaskFailure ?? "noaction"),
  networkConfiguration: value((job) => job.spec.networkConfiguration),
  metadata: value((job) => job.spec.metadata),
  executionInfo: value((job) => ({
    startTime: isoTime(job.createdAt),
    ...(job.endedAt === undefined ? {} : { endTime: isoTime(job.endedAt) }),
    poolId: job.autoPoolId ?? job.spec.poolInfo.poolId,
    ...(job.schedulingError === undefined ? {} : { schedulingError: failureShape(job.schedulingError) }),
    ...(job.terminateReason === undefined ? {} : { terminateReason: job.terminateReason }),
  })),
  stats: {
    expand: true,
    get: (job, context) => ({
      url: `${jobUrl(context, job.id)}/stats`,
      startTime: isoTime(job.createdAt),
      lastUpdateTime: isoTime(context.call.account.clock.now()),
      ...jobStatistics([job]),
    }),
  },
};

/** Sums over jobs; what the emulator does not measure (CPU time, disk operations) is zero. */
export function jobStatistics(jobs: Iterable<Job>) {
  let succeeded = 0;
  let failed = 0;
  let retries = 0;
  let wallMs = 0;
  let waitMs = 0;
  for (const job of jobs) {
    succeeded += job.counts.succeeded;
    failed += job.counts.failed;
    retries += job.taskRetries;
    for (const task of job.tasks) {
      const execution = task.execution;
      if (execution?.startedAt === undefined) continue;
      waitMs += Math.max(0, execution.startedAt - task.createdAt);
      wallMs += Math.max(0, (execution.endedAt ?? execution.startedAt) - execution.startedAt);
    }
  }
  return {
    userCPUTime: "PT0S",
    kernelCPUTime: "PT0S",
    wallClockTime: formatDuration(wallMs),
    readIOps: "0",
    writeIOps: "0",
    readIOGiB: 0,
    writeIOGiB: 0,
    numSucceededTasks: String(succeeded),
    numFailedTasks: String(failed),
    numTaskRetries: String(retries),
    waitTime: formatDuration(waitMs),
  };
}

function nodeTaskShape(info: NodeJobTask, folder: string, url: string) {
  return {
    startTime: isoTime(info.startedAt),
    endTime: optionalTime(info.endedAt),
    state: info.state,
    taskRootDirectory: folder,
    taskRootDirectoryUrl: `${url}/files/${folder}`,
    exitCode: info.exitCode,
    failureInfo: failureShape(info.failure),
    containerInfo: info.container,
    retryCount: info.retryCount,
    lastRetryTime: optionalTime(info.lastRetryAt),
    result: info.result,
  };
}

/** Entries of "Job - List Preparation And Release Task Status". */
export function jobNodeFields(job: Job): FieldTable<JobOnNode> {
  return {
    poolId: value((on) => on.poolId),
    nodeId: value((on) => on.nodeId),
    nodeUrl: value((on, context) => nodeUrl(context, on)),
    jobPreparationTaskExecutionInfo: value((on, context) =>
      nodeTaskShape(on.preparation, preparationFolder(job), nodeUrl(context, on)),
    ),
    jobReleaseTaskExecutionInfo: value((on, context) =>
      on.release === undefined
        ? undefined
        : nodeTaskShape(on.release, releaseFolder(job), nodeUrl(context, on)),
    ),
  };
}
