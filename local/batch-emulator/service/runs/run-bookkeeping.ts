// What nodes remember of the runs they had.
import { durationMs } from "../../schema/values.ts";
import type { Job, TaskRun } from "../entities/model.ts";
import type { AccountState } from "../account/account-state.ts";

/** "Compute Node - Get": recentTasks has the last ten. */
const recentTasksKept = 10;
/** "Task - Add" (TaskConstraints): files are kept for 7 days by default. */
export const defaultRetentionMs = 7 * 86_400_000;

/** True while tasks of the job may (again) wait for nodes. */
export const jobCanRun = (job: Job) => !["terminating", "completed", "deleting"].includes(job.state);

export function recordRun(account: AccountState, run: TaskRun): void {
  const { task } = run;
  const execution = task.execution;
  const succeeded = task.state === "completed" && execution?.result === "success";
  const retention = durationMs(task.spec.constraints?.retentionTime ?? "") ?? defaultRetentionMs;
  run.nodes.forEach((node, index) => {
    node.tasksRun += 1;
    if (succeeded) node.tasksSucceeded += 1;
    if (Number.isFinite(retention))
      node.retainUntil = Math.max(node.retainUntil, account.clock.now() + retention);
    node.recentTasks.unshift({
      jobId: task.job.id,
      taskId: task.id,
      ...(index === 0 ? {} : { subtaskId: index }),
      ...(execution?.startedAt === undefined ? {} : { startedAt: execution.startedAt }),
      ...(execution?.endedAt === undefined ? {} : { endedAt: execution.endedAt }),
      ...(execution?.exitCode === undefined ? {} : { exitCode: execution.exitCode }),
      ...(execution?.result === undefined ? {} : { result: execution.result }),
      retryCount: execution?.retryCount ?? 0,
      requeueCount: execution?.requeueCount ?? 0,
    });
    node.recentTasks.length = Math.min(node.recentTasks.length, recentTasksKept);
    account.saveLater(node);
  });
}
