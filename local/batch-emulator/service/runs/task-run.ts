// One attempt of a task on its node(s), from placement until no process of it lives. Invariant: a run gives its slots
// back only after its processes are gone, and a task is marked completed only after its output and mounts are complete.
import type { LaunchEnd } from "../../agent/executor.ts";
import { durationMs } from "../../schema/values.ts";
import { removeFolders } from "./departures.ts";
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
import type { World } from "../account/world.ts";

/** Makes a node ready for a job (its preparation task); false keeps the job's tasks off the node. */
export type PrepareNode = (job: Job, node: Node) => Promise<boolean>;

/** Starts a placed task. */
export function startRun(world: World, placement: Placement, prepare: PrepareNode): TaskRun {
  const { task, nodes } = placement;
  task.attempt += 1;
  const run = occupyNodes(world, task, nodes);
  const execution = executionOf(task);
  for (const name of ["exitCode", "failure", "result", "startedAt", "endedAt", "container"] as const)
    delete execution[name];
  placeExecution(world, run);
  moveTask(world, task, "preparing");
  if (task.job.spec.jobPreparationTask === undefined) begin(world, run);
  world.background("task.run", carry(world, run, prepare));
  return run;
}

/** Takes up a run whose processes survived a restart. `end`: of its main command. */
export function adoptRun(world: World, task: Task, nodes: readonly Node[], end: Promise<LaunchEnd>): TaskRun {
  const run = occupyNodes(world, task, nodes);
  run.launches.add(mainLaunchId(run));
  armWallClock(world, run);
  world.background("task.run", conclude(world, run, end));
  return run;
}

function occupyNodes(world: World, task: Task, nodes: readonly Node[]): TaskRun {
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
  nodes.forEach((node, index) => occupy(world, node, run, index));
  return run;
}

function placeExecution(world: World, run: TaskRun): void {
  const execution = executionOf(run.task);
  const place = (node: Node) => ({ poolId: node.pool.id, nodeId: node.id });
  execution.place = place(run.nodes[0] as Node);
  delete execution.coordinated;
  if (instancesOf(run.task) > 0)
    execution.subtasks = run.nodes.slice(1).map((node, index) => ({
      id: index + 1,
      place: place(node),
      state: "running",
      stateAt: world.clock.now(),
      startedAt: world.clock.now(),
    }));
}

function begin(world: World, run: TaskRun): void {
  executionOf(run.task).startedAt = world.clock.now();
  moveTask(world, run.task, "running");
  armWallClock(world, run);
}

function armWallClock(world: World, run: TaskRun): void {
  const limit = limitMs(run.task);
  if (!Number.isFinite(limit)) return;
  const startedAt = run.task.execution?.startedAt ?? world.clock.now();
  run.wallTimer = world.clock.at(startedAt + limit, () => {
    if (run.cancelled || world.closed) return;
    run.timedOut = true;
    endProcesses(world, run);
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

async function carry(world: World, run: TaskRun, prepare: PrepareNode): Promise<void> {
  const { task } = run;
  if (task.job.spec.jobPreparationTask !== undefined) {
    const prepared = await Promise.all(run.nodes.map((node) => prepare(task.job, node)));
    if (world.closed) return;
    if (!run.cancelled && prepared.includes(false)) moveTask(world, task, "active");
    else if (!run.cancelled) begin(world, run);
    if (run.cancelled || prepared.includes(false)) return leave(world, run);
  }
  await world.commit();
  await conclude(world, run, execute(world, run));
}

async function execute(world: World, run: TaskRun): Promise<LaunchEnd> {
  const killed = (): LaunchEnd => ({ kind: "killed", endedAt: world.clock.now() });
  if (run.cancelled || run.timedOut) return killed();
  const { task } = run;
  if (task.attempt > 1)
    await Promise.all(run.nodes.map((node) => world.ports.disk.clearTask(taskDirectory(node, task))));
  const failure = await installTaskPackages(world, run);
  if (run.cancelled || run.timedOut) return killed();
  if (failure !== undefined) return { kind: "failed", failure, endedAt: world.clock.now() };
  if (instancesOf(task) > 0) {
    const failed = await runGang(world, run);
    if (failed !== undefined) return failed;
    if (run.cancelled || run.timedOut) return killed();
  }
  const launch = mainLaunch(launchContext(world), run);
  run.launches.add(launch.id);
  return startLaunch(world, run.nodes[0] as Node, launch);
}

/** Waits for the end, makes sure that nothing of the attempt lives and its output is complete, then settles the task. */
async function conclude(world: World, run: TaskRun, ending: Promise<LaunchEnd>): Promise<void> {
  const end = await ending;
  run.wallTimer?.cancel();
  if (world.closed) return;
  await Promise.all([...run.launches].map((id) => world.ports.executor.kill(id)));
  if (!run.cancelled || run.task.state === "completed")
    await Promise.all(run.nodes.map((node) => flushMounts(world, node)));
  if (world.closed) return;
  if (!run.cancelled) {
    const result = attemptResult(end, run.timedOut || endedByLimit(run, end));
    if (end.container !== undefined) executionOf(run.task).container = end.container;
    if (result === undefined) requeue(world, run.task);
    else finishAttempt(world, run, result, end.endedAt);
  }
  await leave(world, run);
}

/** Someone else decided about the task: only end the processes. */
export function cancelRun(world: World, run: TaskRun): void {
  if (run.cancelled) return;
  run.cancelled = true;
  run.wallTimer?.cancel();
  endProcesses(world, run);
}

function endProcesses(world: World, run: TaskRun): void {
  for (const id of run.launches) world.onceDecided("task.kill", () => world.ports.executor.kill(id));
}

async function leave(world: World, run: TaskRun): Promise<void> {
  const { task } = run;
  task.job.runs.delete(run);
  if (task.run === run) task.run = undefined;
  recordRun(world, run);
  for (const node of run.nodes) vacate(world, node, run);
  const alive = task.job.tasks.get(task.key) === task;
  if (alive && jobCanRun(task.job)) enqueue(world, task);
  offer(world, task.job);
  await world.forgetLaunches(run.launches);
  if (!alive) await removeFolders(world, task, run.nodes);
}
