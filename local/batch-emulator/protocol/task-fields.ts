// Tasks on the wire. Source: "Task - Get" of the REST reference; shapes as the live service answers them.
import { defaultRetentionMs } from "../service/runs/run-bookkeeping.ts";
import { formatDuration, infiniteDuration } from "../schema/values.ts";
import type { FailureInfo, NodePlace, RecentTask, Subtask, Task } from "../service/entities/model.ts";
import { taskFolder } from "../service/launches/node-layout.ts";
import { etagOf } from "../service/account/versions.ts";
import { mainLaunchId } from "../service/launches/launches.ts";
import { isBefore, since } from "./api-versions.ts";
import { defaultUser } from "./command-fields.ts";
import { isoTime, optionalTime, time, value } from "./fields.ts";
import type { FieldContext, FieldTable } from "./fields.ts";
import { withoutSecrets } from "./secrets.ts";

export const jobUrl = (context: FieldContext, jobId: string) => `${context.baseUrl}/jobs/${jobId}`;
export const taskUrl = (context: FieldContext, jobId: string, taskId: string) =>
  `${jobUrl(context, jobId)}/tasks/${taskId}`;
export const nodeUrl = (context: FieldContext, place: NodePlace) =>
  `${context.baseUrl}/pools/${place.poolId}/nodes/${place.nodeId}`;

export function failureShape(failure: FailureInfo | undefined) {
  if (failure === undefined) return undefined;
  return {
    category: failure.category,
    code: failure.code,
    message: failure.message,
    details: failure.details ?? [],
  };
}

export function nodeInfoShape(context: FieldContext, place: NodePlace, folder: string) {
  const url = nodeUrl(context, place);
  return {
    affinityId: `TVM:${place.nodeId}`,
    nodeUrl: url,
    poolId: place.poolId,
    nodeId: place.nodeId,
    taskRootDirectory: folder,
    taskRootDirectoryUrl: `${url}/files/${folder}`,
  };
}

/** Of the container that runs now, or of the last one. */
function containerShape(task: Task, context: FieldContext) {
  if (task.spec.containerSettings === undefined) return undefined;
  if (task.run === undefined || task.state !== "running") return task.execution?.container;
  return context.call.account.ports.executor.containers?.infoOf(mainLaunchId(task.run));
}

function executionShape(task: Task, context: FieldContext) {
  const execution = task.execution;
  const container = containerShape(task, context);
  return {
    ...(execution?.startedAt === undefined ? {} : { startTime: isoTime(execution.startedAt) }),
    ...(execution?.endedAt === undefined ? {} : { endTime: isoTime(execution.endedAt) }),
    ...(execution?.exitCode === undefined ? {} : { exitCode: execution.exitCode }),
    ...(execution?.failure === undefined ? {} : { failureInfo: failureShape(execution.failure) }),
    ...(container === undefined ? {} : { containerInfo: container }),
    ...(execution?.result === undefined ? {} : { result: execution.result }),
    retryCount: execution?.retryCount ?? 0,
    ...(execution?.lastRetryAt === undefined ? {} : { lastRetryTime: isoTime(execution.lastRetryAt) }),
    requeueCount: execution?.requeueCount ?? 0,
    ...(execution?.lastRequeueAt === undefined ? {} : { lastRequeueTime: isoTime(execution.lastRequeueAt) }),
  };
}

/** Wall-clock seconds between start and end, as a duration. */
const zero = "PT0S";
const between = (from: number | undefined, to: number | undefined) =>
  from === undefined || to === undefined ? zero : formatDuration(Math.max(0, to - from));

export const taskFields: FieldTable<Task> = {
  id: value((task) => task.id),
  displayName: value((task) => task.spec.displayName),
  url: value((task, context) => taskUrl(context, task.job.id, task.id)),
  eTag: value((task) => etagOf(task.version)),
  creationTime: time((task) => task.createdAt),
  lastModified: time((task) => task.modifiedAt),
  exitConditions: value((task) => task.spec.exitConditions),
  state: value((task) => task.state),
  stateTransitionTime: time((task) => task.stateAt),
  previousState: value((task) => task.previousState),
  previousStateTransitionTime: time((task) => task.previousStateAt),
  commandLine: value((task) => task.spec.commandLine),
  containerSettings: value((task) => withoutSecrets(task.spec.containerSettings)),
  resourceFiles: value((task) => task.spec.resourceFiles),
  outputFiles: value((task) => task.spec.outputFiles),
  environmentSettings: value((task) => task.spec.environmentSettings),
  affinityInfo: value((task) => task.spec.affinityInfo),
  constraints: value((task) => ({
    maxWallClockTime: task.spec.constraints?.maxWallClockTime ?? infiniteDuration,
    retentionTime: task.spec.constraints?.retentionTime ?? formatDuration(defaultRetentionMs),
    maxTaskRetryCount:
      task.spec.constraints?.maxTaskRetryCount ?? task.job.spec.constraints?.maxTaskRetryCount ?? 0,
  })),
  requiredSlots: value((task) => task.spec.requiredSlots ?? 1),
  userIdentity: value((task) => task.spec.userIdentity ?? defaultUser),
  executionInfo: value((task, context) => executionShape(task, context)),
  nodeInfo: value((task, context) => {
    const place = task.execution?.place;
    return place === undefined ? undefined : nodeInfoShape(context, place, taskFolder(task));
  }),
  multiInstanceSettings: value((task) =>
    task.spec.multiInstanceSettings === undefined
      ? undefined
      : { numberOfInstances: 1, ...task.spec.multiInstanceSettings },
  ),
  dependsOn: value((task) => task.spec.dependsOn),
  applicationPackageReferences: value((task) => task.spec.applicationPackageReferences),
  authenticationTokenSettings: value((task, { call }) =>
    isBefore(call.version, since.noTaskTokens) ? task.spec.authenticationTokenSettings : undefined,
  ),
  stats: {
    expand: true,
    get: (task, context) =>
      task.state !== "completed"
        ? undefined
        : {
            url: `${taskUrl(context, task.job.id, task.id)}/stats`,
            startTime: isoTime(task.createdAt),
            lastUpdateTime: isoTime(task.execution?.endedAt ?? task.stateAt),
            userCPUTime: zero,
            kernelCPUTime: zero,
            wallClockTime: between(task.execution?.startedAt, task.execution?.endedAt),
            readIOps: "0",
            writeIOps: "0",
            readIOGiB: 0,
            writeIOGiB: 0,
            waitTime: between(task.createdAt, task.execution?.startedAt),
          },
  },
};

/** "Task - List Subtasks": the primary is never listed. */
export function subtaskFields(task: Task): FieldTable<Subtask> {
  return {
    id: value((subtask) => subtask.id),
    nodeInfo: value((subtask, context) => nodeInfoShape(context, subtask.place, taskFolder(task))),
    startTime: time((subtask) => subtask.startedAt),
    endTime: time((subtask) => subtask.endedAt),
    exitCode: value((subtask) => subtask.exitCode),
    failureInfo: value((subtask) => failureShape(subtask.failure)),
    containerInfo: value((subtask) => subtask.container),
    state: value((subtask) => subtask.state),
    stateTransitionTime: time((subtask) => subtask.stateAt),
    previousState: value((subtask) => subtask.previousState),
    previousStateTransitionTime: time((subtask) => subtask.previousStateAt),
    result: value((subtask) => subtask.result),
  };
}

/** An entry of a node's recentTasks. */
export function recentTaskShape(context: FieldContext, recent: RecentTask) {
  return {
    taskUrl: taskUrl(context, recent.jobId, recent.taskId),
    jobId: recent.jobId,
    taskId: recent.taskId,
    ...(recent.subtaskId === undefined ? {} : { subtaskId: recent.subtaskId }),
    taskState: recent.endedAt === undefined ? "active" : "completed",
    executionInfo: {
      startTime: optionalTime(recent.startedAt),
      endTime: optionalTime(recent.endedAt),
      exitCode: recent.exitCode,
      result: recent.result,
      retryCount: recent.retryCount,
      requeueCount: recent.requeueCount,
    },
  };
}
