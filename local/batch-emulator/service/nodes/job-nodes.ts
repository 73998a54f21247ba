// Preparation and release tasks of a job on its nodes. Source: "Run job preparation and job release tasks on Batch
// compute nodes": preparation runs once per node before the job's first task there (again after a reboot unless told
// otherwise); release runs on every node that prepared, and its failure stops nothing.
import type { LaunchEnd } from "../../agent/executor.ts";
import { durationMs } from "../../schema/values.ts";
import { launchContext } from "../launches/launch-context.ts";
import {
  preparationLaunch,
  preparationLaunchId,
  releaseLaunch,
  releaseLaunchId,
} from "../launches/launches.ts";
import type { Job, JobOnNode, Node, NodeJobTask } from "../entities/model.ts";
import { jobNodeKey } from "../entities/records.ts";
import { startLaunch } from "../launches/start-launch.ts";
import { attemptResult } from "../launches/task-outcome.ts";
import type { AccountState } from "../account/account-state.ts";

/** "Job - Add" (JobReleaseTask): 15 minutes at most. */
const defaultReleaseMs = 15 * 60_000;

/** True when tasks of the job may run on the node. Concurrent callers share one preparation. */
export function prepareNode(account: AccountState, job: Job, node: Node): Promise<boolean> {
  const spec = job.spec.jobPreparationTask;
  if (spec === undefined) return Promise.resolve(true);
  const key = jobNodeKey(node.pool.id, node.id);
  const known = job.nodes.get(key);
  if (known?.preparing !== undefined) return known.preparing;
  const fresh = known !== undefined && known.preparation.state === "completed";
  const sameBoot = known?.boots === node.boots;
  const rerun = spec.rerunOnNodeRebootAfterSuccess !== false && !sameBoot;
  if (fresh && known.preparation.result === "success" && !rerun) return Promise.resolve(true);
  if (fresh && known.preparation.result === "failure" && sameBoot)
    return Promise.resolve(spec.waitForSuccess === false);
  const on: JobOnNode = known ?? {
    poolId: node.pool.id,
    nodeId: node.id,
    boots: node.boots,
    attempts: 0,
    preparation: { state: "running", startedAt: account.clock.now(), retryCount: 0 },
    release: undefined,
    preparing: undefined,
    stopped: false,
  };
  on.boots = node.boots;
  on.stopped = false;
  job.nodes.set(key, on);
  on.preparing = runPreparation(account, job, node, on).finally(() => (on.preparing = undefined));
  return on.preparing;
}

async function runPreparation(account: AccountState, job: Job, node: Node, on: JobOnNode): Promise<boolean> {
  const limit = job.spec.jobPreparationTask?.constraints?.maxTaskRetryCount ?? 0;
  let retryCount = 0;
  for (;;) {
    on.attempts += 1;
    on.preparation = { state: "running", startedAt: account.clock.now(), retryCount };
    account.save(job);
    await account.commit();
    const launch = preparationLaunch(launchContext(account), job, node, on);
    if (launch === undefined) return true;
    await account.ports.disk.clearTask(launch.taskDirectory);
    const timeout = durationMs(job.spec.jobPreparationTask?.constraints?.maxWallClockTime ?? "") ?? Infinity;
    const end = await runWithin(account, node, on, launch, timeout);
    if (account.closed) return false;
    const retry = conclude(account, on.preparation, end, retryCount, limit) && !on.stopped;
    account.save(job);
    await account.forgetLaunches([preparationLaunchId(job, on)]);
    if (!retry)
      return on.preparation.result === "success" || job.spec.jobPreparationTask?.waitForSuccess === false;
    retryCount += 1;
  }
}

/** Ends the preparations of a job that go on. */
export function stopPreparations(account: AccountState, job: Job): void {
  for (const on of job.nodes.values()) stopPreparation(account, job, on);
}

/** Ends what jobs run of their own on a node that is drained. */
export function stopJobTasks(account: AccountState, node: Node): void {
  const key = jobNodeKey(node.pool.id, node.id);
  for (const job of account.jobs) {
    const on = job.nodes.get(key);
    if (on === undefined) continue;
    stopPreparation(account, job, on);
    if (on.release?.state === "running") stop(account, on, releaseLaunchId(job, on));
  }
}

function stopPreparation(account: AccountState, job: Job, on: JobOnNode): void {
  if (on.preparing !== undefined) stop(account, on, preparationLaunchId(job, on));
}

/** Ends the launch, or keeps it from starting. */
function stop(account: AccountState, on: JobOnNode, launchId: string): void {
  on.stopped = true;
  account.background("job.kill", account.ports.executor.kill(launchId));
}

/** Runs the release task on every node of the job that still exists; resolves when all have ended. */
export async function releaseNodes(account: AccountState, job: Job): Promise<void> {
  if (job.spec.jobReleaseTask === undefined) return;
  await Promise.all(
    [...job.nodes.values()].map(async (on) => {
      const node = account.pools.get(on.poolId.toLowerCase())?.nodes.get(on.nodeId.toLowerCase());
      if (node === undefined || on.release?.state === "completed") return;
      if (!["idle", "running", "offline"].includes(node.state)) return;
      await runRelease(account, job, node, on);
    }),
  );
}

async function runRelease(account: AccountState, job: Job, node: Node, on: JobOnNode): Promise<void> {
  on.stopped = false;
  const release: NodeJobTask = { state: "running", startedAt: account.clock.now(), retryCount: 0 };
  on.release = release;
  account.save(job);
  await account.commit();
  const launch = releaseLaunch(launchContext(account), job, node, on);
  if (launch === undefined) return;
  await account.ports.disk.clearTask(launch.taskDirectory);
  const limit = durationMs(job.spec.jobReleaseTask?.maxWallClockTime ?? "") ?? defaultReleaseMs;
  const end = await runWithin(account, node, on, launch, limit);
  if (account.closed) return;
  conclude(account, release, end, 0, 0);
  account.save(job);
  await account.forgetLaunches([releaseLaunchId(job, on)]);
}

async function runWithin(
  account: AccountState,
  node: Node,
  on: JobOnNode,
  launch: NonNullable<ReturnType<typeof releaseLaunch>>,
  limitMs: number,
): Promise<LaunchEnd> {
  if (on.stopped) return { kind: "killed", endedAt: account.clock.now() };
  const kill = () => account.background("job.kill", account.ports.executor.kill(launch.id));
  const timer = Number.isFinite(limitMs) ? account.clock.at(account.clock.now() + limitMs, kill) : undefined;
  const end = await startLaunch(account, node, launch);
  timer?.cancel();
  await account.ports.executor.kill(launch.id);
  return end;
}

/** Writes the end down; true when another try follows. */
function conclude(
  account: AccountState,
  info: NodeJobTask,
  end: LaunchEnd,
  retries: number,
  limit: number,
): boolean {
  const result = attemptResult(end, false) ?? {
    exitCode: undefined,
    failure: { category: "UserError" as const, code: "TaskEnded", message: "The task was ended" },
    phase: "ran" as const,
  };
  info.state = "completed";
  info.endedAt = end.endedAt;
  if (result.exitCode !== undefined) info.exitCode = result.exitCode;
  if (result.failure !== undefined) info.failure = result.failure;
  if (end.container !== undefined) info.container = end.container;
  info.result = result.failure === undefined ? "success" : "failure";
  if (info.result === "success" || (limit !== -1 && retries >= limit)) return false;
  info.lastRetryAt = account.clock.now();
  return true;
}
