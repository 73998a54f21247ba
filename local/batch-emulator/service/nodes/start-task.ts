// The start task of a node, with its retries. Source: "Pool - Add Pool" (StartTask): runs at every boot, before any task.
import type { LaunchEnd } from "../../agent/executor.ts";
import { startTaskLaunch, startTaskLaunchId } from "../launches/launches.ts";
import type { Node, StartTaskInfo } from "../entities/model.ts";
import { attemptResult } from "../launches/task-outcome.ts";
import { launchContext } from "../launches/launch-context.ts";
import { startLaunch } from "../launches/start-launch.ts";
import { flushMounts } from "./node-storage.ts";
import type { AccountState } from "../account/account-state.ts";

/** True when the start task succeeded; false when its retries are used up. */
export async function runStartTask(
  account: AccountState,
  node: Node,
  stale: () => boolean,
  surviving?: Promise<LaunchEnd>,
): Promise<boolean> {
  let survivor = surviving;
  for (;;) {
    const info =
      survivor !== undefined && node.startTask !== undefined ? node.startTask : begin(account, node);
    const end = await (survivor ?? launchStartTask(account, node, stale));
    survivor = undefined;
    if (end === undefined || stale()) return false;
    await account.ports.executor.kill(startTaskLaunchId(node));
    await flushMounts(account, node);
    const retry = conclude(account, node, info, end);
    await account.forgetLaunches([startTaskLaunchId(node)]);
    if (stale()) return false;
    if (!retry) return info.result === "success";
  }
}

function begin(account: AccountState, node: Node): StartTaskInfo {
  const before = node.startTask;
  node.startTaskAttempts += 1;
  node.startTask = {
    state: "running",
    startedAt: account.clock.now(),
    retryCount: before?.retryCount ?? 0,
    ...(before?.lastRetryAt === undefined ? {} : { lastRetryAt: before.lastRetryAt }),
  };
  account.save(node);
  return node.startTask;
}

/** Undefined when the node was drained before it could start. */
async function launchStartTask(
  account: AccountState,
  node: Node,
  stale: () => boolean,
): Promise<LaunchEnd | undefined> {
  const launch = startTaskLaunch(launchContext(account), node);
  if (launch === undefined) return { kind: "exited", exitCode: 0, endedAt: account.clock.now() };
  await account.commit();
  await account.ports.disk.clearTask(launch.taskDirectory);
  // Whoever withdrew the node has ended what ran on it by then, and would not know of this.
  if (stale()) return undefined;
  return startLaunch(account, node, launch);
}

/** Writes the end down; true when another try follows. */
function conclude(account: AccountState, node: Node, info: StartTaskInfo, end: LaunchEnd): boolean {
  const result = attemptResult(end, false);
  const limit = node.pool.spec.startTask?.maxTaskRetryCount ?? 0;
  info.state = "completed";
  info.endedAt = end.endedAt;
  if (result?.exitCode !== undefined) info.exitCode = result.exitCode;
  if (result?.failure !== undefined) info.failure = result.failure;
  if (end.container !== undefined) info.container = end.container;
  info.result = result !== undefined && result.failure === undefined ? "success" : "failure";
  account.save(node);
  if (info.result === "success") return false;
  const lost = result === undefined;
  if (!lost && limit !== -1 && info.retryCount >= limit) return false;
  if (!lost) {
    info.retryCount += 1;
    info.lastRetryAt = account.clock.now();
  }
  return true;
}
