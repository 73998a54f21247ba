// One attempt of a task on its node(s), from placement until no process of it lives. Invariant: a run gives its slots
// back only after its processes are gone, and a task is marked completed only after its output and mounts are complete.
import type { LaunchEnd } from "../../agent/executor.ts";
import { durationMs } from "../../schema/values.ts";
import { removeFolders } from "./folder-removal.ts";
import { jobCanRun, recordRun } from "./run-bookkeeping.ts";
import { runGang } from "./gang-run.ts";
import { launchContext } from "../launches/launch-context.ts";
import { mainLaunch, mainLaunchId } from "../launches/launches.ts";
import type { Job, Node, Task, TaskRun } from "../entities/model.ts";
import { occupy, vacate } from "../nodes/node-control.ts";
import { taskDirectory } from "../launches/node-layout.ts";
import type { Placement } from "../scheduling/placement.ts";
import { installTaskPackages } from "../packages/node-packages.ts";
import { startLaunch } from "../launches/start-launch.ts";
import { instancesOf, slotsOf } from "../entities/ready-queue.ts";
import { finishAttempt, requeue } from "../tasks/task-life.ts";
import { attemptResult, wallClockExitCode } from "../launches/task-outcome.ts";
import { enqueue, executionOf, moveTask, offer } from "../tasks/task-state.ts";
import { flushMounts } from "../nodes/node-storage.ts";
import type { AccountState } from "../account/account-state.ts";

/** Makes a node ready for a job (its preparation task); false keeps the job's tasks off the node. */
export type PrepareNode = (job: Job, node: Node) => Promise<boolean>;

/** Starts a placed task. */
export function startRun(account: AccountState, placement: Placement, prepare: PrepareNode): TaskRun {
  const { task, nodes } = placement;
  task.attempt += 1;
  const run = occupyNodes(account, task, nodes);
  const execution = executionOf(task);
  for (const name of ["exitCode", "failure", "result", "startedAt", "endedAt", "container"] as const)
    delete execution[name];
  placeExecution(account, run);
  moveTask(account, task, "preparing");
  if (task.job.spec.jobPreparationTask === undefined) begin(account, run);
  account.background("task.run", carry(account, run, prepare));
  return run;
}

/** Takes up a run whose processes survived a restart. `end`: of its main command. */
export function reattachRun(
  account: AccountState,
  task: Task,
  nodes: readonly Node[],
  end: Promise<LaunchEnd>,
): TaskRun {
  const run = occupyNodes(account, task, nodes);
  run.launches.add(mainLaunchId(run));
  armWallClock(account, run);
  account.background("task.run", conclude(account, run, end));
  return run;
}

function occupyNodes(account: AccountState, task: Task, nodes: readonly Node[]): TaskRun {
  const run: TaskRun = {
    task,
    attempt: task.attempt,
    nodes,
    slots: slotsOf(task),
    cancelled: false,
    launches: new Set(),
    packages: [],
    wallTimer: undefined,
    timedOut: false,
  };
  task.run = run;
  task.job.runs.add(run);
  nodes.forEach((node, index) => occupy(account, node, run, index));
  return run;
}

function placeExecution(account: AccountState, run: TaskRun): void {
  const execution = executionOf(run.task);
  const place = (node: Node) => ({ poolId: node.pool.id, nodeId: node.id });
  execution.place = place(run.nodes[0] as Node);
  delete execution.coordinated;
  if (instancesOf(run.task) > 0)
    execution.subtasks = run.nodes.slice(1).map((node, index) => ({
      id: index + 1,
      place: place(node),
      state: "running",
      stateAt: account.clock.now(),
      startedAt: account.clock.now(),
    }));
}

function begin(account: AccountState, run: TaskRun): void {
  executionOf(run.task).startedAt = account.clock.now();
  moveTask(account, run.task, "running");
  armWallClock(account, run);
}

function armWallClock(account: AccountState, run: TaskRun): void {
  const limit = limitMs(run.task);
  if (!Number.isFinite(limit)) return;
  const startedAt = run.task.execution?.startedAt ?? account.clock.now();
  run.wallTimer = account.clock.at(startedAt + limit, () => {
    if (run.cancelled || account.closed) return;
    run.timedOut = true;
    endProcesses(account, run);
  });
}

/** The kill for the wall clock came before that of the emulator, so that nobody remembers it. */
function endedByLimit({ task }: TaskRun, end: LaunchEnd): boolean {
  const endsAt = (task.execution?.startedAt ?? Infinity) + limitMs(task);
  const isCut = end.kind === "exited" ? end.exitCode === wallClockExitCode : end.kind !== "failed";
  return isCut && end.endedAt >= endsAt;
}

function limitMs({ spec }: Task): number {
  return durationMs(spec.constraints?.maxWallClockTime ?? "") ?? Infinity;
}

async function carry(account: AccountState, run: TaskRun, prepare: PrepareNode): Promise<void> {
  const { task } = run;
  if (task.job.spec.jobPreparationTask !== undefined) {
    const prepared = await Promise.all(run.nodes.map((node) => prepare(task.job, node)));
    if (account.closed) return;
    if (!run.cancelled && prepared.includes(false)) moveTask(account, task, "active");
    else if (!run.cancelled) begin(account, run);
    if (run.cancelled || prepared.includes(false)) return leave(account, run);
  }
  await account.commit();
  await conclude(account, run, execute(account, run));
}

async function execute(account: AccountState, run: TaskRun): Promise<LaunchEnd> {
  const killed = (): LaunchEnd => ({ kind: "killed", endedAt: account.clock.now() });
  if (run.cancelled || run.timedOut) return killed();
  const { task } = run;
  if (task.attempt > 1)
    await Promise.all(run.nodes.map((node) => account.ports.disk.clearTask(taskDirectory(node, task))));
  const failure = await installTaskPackages(account, run);
  if (run.cancelled || run.timedOut) return killed();
  if (failure !== undefined) return { kind: "failed", failure, endedAt: account.clock.now() };
  if (instancesOf(task) > 0) {
    const failed = await runGang(account, run);
    if (failed !== undefined) return failed;
    if (run.cancelled || run.timedOut) return killed();
  }
  const launch = mainLaunch(launchContext(account), run);
  run.launches.add(launch.id);
  return startLaunch(account, run.nodes[0] as Node, launch);
}

/** Waits for the end, makes sure that nothing of the attempt lives and its output is complete, then settles the task. */
async function conclude(account: AccountState, run: TaskRun, ending: Promise<LaunchEnd>): Promise<void> {
  const end = await ending;
  run.wallTimer?.cancel();
  if (account.closed) return;
  await Promise.all([...run.launches].map((id) => account.ports.executor.kill(id)));
  if (!run.cancelled || run.task.state === "completed")
    await Promise.all(run.nodes.map((node) => flushMounts(account, node)));
  if (account.closed) return;
  if (!run.cancelled) {
    const result = attemptResult(end, run.timedOut || endedByLimit(run, end));
    if (end.container !== undefined) executionOf(run.task).container = end.container;
    if (result === undefined) requeue(account, run.task);
    else finishAttempt(account, run, result, end.endedAt);
  }
  await leave(account, run);
}

/** Someone else decided about the task: only end the processes. */
export function cancelRun(account: AccountState, run: TaskRun): void {
  if (run.cancelled) return;
  run.cancelled = true;
  run.wallTimer?.cancel();
  endProcesses(account, run);
}

function endProcesses(account: AccountState, run: TaskRun): void {
  for (const id of run.launches) account.onceDecided("task.kill", () => account.ports.executor.kill(id));
}

async function leave(account: AccountState, run: TaskRun): Promise<void> {
  const { task } = run;
  task.job.runs.delete(run);
  if (task.run === run) task.run = undefined;
  recordRun(account, run);
  for (const node of run.nodes) vacate(account, node, run);
  const alive = task.job.tasks.get(task.key) === task;
  if (alive && jobCanRun(task.job)) enqueue(account, task);
  offer(account, task.job);
  await account.forgetLaunches(run.launches);
  if (!alive) await removeFolders(account, task, run.nodes);
}
