// A Batch task as orchestrations see it.
import type { TaskSnapshot } from "../../domain/job/task.ts";
import type { BatchTask } from "../../services/batch.ts";

export function snapshot(task: BatchTask): TaskSnapshot {
  const { failure } = task;
  return {
    state: task.state,
    requeueCount: task.requeueCount,
    ...(task.nodeId === undefined ? {} : { nodeId: task.nodeId }),
    ...(task.startTime === undefined ? {} : { startTime: new Date(task.startTime).toISOString() }),
    ...(task.endTime === undefined ? {} : { endTime: new Date(task.endTime).toISOString() }),
    ...(task.exitCode === undefined ? {} : { exitCode: task.exitCode }),
    ...(failure === undefined
      ? {}
      : { failure: { category: failure.category, code: failure.code, message: failure.message } }),
  };
}
