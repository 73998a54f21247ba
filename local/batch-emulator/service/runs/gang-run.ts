// The coordination phase of a multi-instance task. Source: "Use multi-instance tasks to run MPI applications": every
// instance runs the coordination command, all must exit with 0 before the primary's command starts; background
// processes that they leave live until the task ends. One failure fails the whole.
import type { LaunchEnd } from "../../agent/executor.ts";
import { launchContext } from "../launches/launch-context.ts";
import { coordinationLaunch } from "../launches/launches.ts";
import type { TaskRun } from "../entities/model.ts";
import { startLaunch } from "../launches/start-launch.ts";
import { exitCodeFailure } from "../launches/task-outcome.ts";
import { executionOf } from "../tasks/task-state.ts";
import type { AccountState } from "../account/account-state.ts";

/** Undefined when every coordination command succeeded; else the end of the whole attempt. */
export async function runGang(account: AccountState, run: TaskRun): Promise<LaunchEnd | undefined> {
  let first: LaunchEnd | undefined;
  const endings = run.nodes.map(async (node, index) => {
    const launch = coordinationLaunch(launchContext(account), run, index);
    run.launches.add(launch.id);
    const end = await startLaunch(account, node, launch);
    recordSubtask(account, run, index, end);
    if (first === undefined && !succeeded(end)) {
      first = end;
      await Promise.all([...run.launches].map((id) => account.ports.executor.kill(id)));
    }
  });
  await Promise.all(endings);
  if (first === undefined) {
    executionOf(run.task).coordinated = true;
    account.save(run.task);
    await account.commit();
  }
  return first;
}

const succeeded = (end: LaunchEnd) => end.kind === "exited" && end.exitCode === 0;

function recordSubtask(account: AccountState, run: TaskRun, index: number, end: LaunchEnd): void {
  if (run.cancelled || index === 0) return;
  const subtask = run.task.execution?.subtasks?.find((one) => one.id === index);
  if (subtask === undefined) return;
  if (end.kind === "exited") subtask.exitCode = end.exitCode;
  if (end.container !== undefined) subtask.container = end.container;
  if (end.kind === "failed" || end.kind === "aborted") subtask.failure = end.failure;
  if (end.kind === "exited" && end.exitCode !== 0) subtask.failure = exitCodeFailure(end.exitCode);
  if (subtask.failure !== undefined) {
    subtask.result = "failure";
    subtask.previousState = "running";
    subtask.previousStateAt = subtask.stateAt;
    subtask.state = "completed";
    subtask.stateAt = account.clock.now();
    subtask.endedAt = end.endedAt;
  }
  account.save(run.task);
}
