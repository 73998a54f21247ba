// Brings the account back from its journal: entities, counters, queues, timers; reattaches the launches that survived and
// requeues the rest. Invariant: when this resolves no process runs that the state does not know, so nothing can run twice.
import type { LaunchEnd } from "../agent/executor.ts";
import { countSatisfied, satisfies, registerDependencies } from "./tasks/dependencies.ts";
import { advanceJob, armJobWallClock, offerPreemption, checkCompletion } from "./jobs/job-control.ts";
import { coordinationLaunchId, mainLaunchId, startTaskLaunchId } from "./launches/launches.ts";
import type { Job, Node, Pool, Schedule, Task } from "./entities/model.ts";
import { reachAgain, refreshSlots, resumeNode, startUp } from "./nodes/node-control.ts";
import { armResizeTimer, reconcile } from "./pools/pool-control.ts";
import {
  decodeApplication,
  decodeCertificate,
  decodeJob,
  decodeNode,
  decodePool,
  decodeSchedule,
  decodeTask,
} from "./entities/records.ts";
import { unreadable } from "./entities/stored-row.ts";
import { instancesOf } from "./entities/ready-queue.ts";
import { requeue } from "./tasks/task-life.ts";
import { reattachRun } from "./runs/task-run.ts";
import { count, enqueue, moveTask } from "./tasks/task-state.ts";
import type { AccountState } from "./account/account-state.ts";

type Survivors = Map<string, Promise<LaunchEnd>>;

export async function recover(account: AccountState): Promise<void> {
  load(account);
  for (const job of account.jobs) rebuildJob(job);
  const survivors: Survivors = new Map(await account.ports.executor.recover());
  const started: Task[] = [];
  for (const job of account.jobs)
    for (const task of job.tasks)
      if (task.state === "running" || task.state === "preparing") started.push(task);
  const orphans: Task[] = [];
  for (const task of started) if (!reattachTask(account, task, survivors)) orphans.push(task);
  for (const pool of account.pools)
    for (const node of pool.nodes) {
      await reachAgain(account, node);
      reattachNode(account, node, survivors);
    }
  await endUnknown(account, survivors);
  await removeStrayFolders(account);
  for (const task of orphans) putBack(account, task);
  for (const job of account.jobs) resumeJob(account, job);
  for (const pool of account.pools) resumePool(account, pool);
  await account.commit();
}

function load(account: AccountState): void {
  const pools = new Map<number, Pool>();
  const jobs = new Map<number, Job>();
  const schedules = new Map<number, Schedule>();
  for (const row of account.ports.journal.load()) {
    switch (row.kind) {
      case "pool": {
        const pool = decodePool(row);
        pools.set(row.row, pool);
        account.pools.add(pool);
        break;
      }
      case "node": {
        const node = decodeNode(row, (one) => pools.get(one));
        node?.pool.nodes.add(node);
        break;
      }
      case "schedule": {
        const schedule = decodeSchedule(row);
        schedules.set(row.row, schedule);
        account.schedules.add(schedule);
        break;
      }
      case "job": {
        const job = decodeJob(row, (one) => schedules.get(one));
        jobs.set(row.row, job);
        account.jobs.add(job);
        break;
      }
      case "task": {
        const task = decodeTask(row, (one) => jobs.get(one));
        task?.job.tasks.add(task);
        break;
      }
      case "application":
        account.applications.add(decodeApplication(row));
        break;
      case "certificate":
        account.certificates.add(decodeCertificate(row));
        break;
      default:
        throw unreadable(row, "this version has no such kind");
    }
  }
}

function rebuildJob(job: Job): void {
  for (const task of job.tasks) {
    count(task, 1);
    if (satisfies(task)) countSatisfied(task);
  }
  for (const task of job.tasks)
    if (task.spec.dependsOn !== undefined && task.released !== true) registerDependencies(task);
}

/** True when the task goes on (or has ended meanwhile) under the eyes of this emulator. */
function reattachTask(account: AccountState, task: Task, survivors: Survivors): boolean {
  const id = mainLaunchId(task.run ?? { task, attempt: task.attempt });
  const end = survivors.get(id);
  const nodes = placesOf(account, task);
  const gang = instancesOf(task) > 0;
  if (end === undefined || nodes === undefined || (gang && task.execution?.coordinated !== true))
    return false;
  const run = reattachRun(account, task, nodes, end);
  survivors.delete(id);
  if (gang)
    nodes.forEach((_node, index) => {
      const coordination = coordinationLaunchId(run, index);
      run.launches.add(coordination);
      survivors.delete(coordination);
    });
  return true;
}

function placesOf(account: AccountState, task: Task): Node[] | undefined {
  const places = [task.execution?.place, ...(task.execution?.subtasks ?? []).map((one) => one.place)];
  const nodes: Node[] = [];
  for (const place of places) {
    const node =
      place && account.pools.get(place.poolId.toLowerCase())?.nodes.get(place.nodeId.toLowerCase());
    if (node === undefined) return undefined;
    nodes.push(node);
  }
  return nodes;
}

const booted: readonly Node["state"][] = ["idle", "running", "offline"];

/** The node's start task runs, or had just ended and what follows from it was not yet done. */
const inStartTask = (node: Node) =>
  node.pending === undefined &&
  (node.state === "waitingforstarttask" ||
    (node.startTask?.state === "running" && booted.includes(node.state)));

function reattachNode(account: AccountState, node: Node, survivors: Survivors): void {
  refreshSlots(node);
  const id = startTaskLaunchId(node);
  const end = survivors.get(id);
  if (inStartTask(node)) {
    const { epoch } = node;
    if (end !== undefined) survivors.delete(id);
    const stale = () => node.epoch !== epoch || account.closed;
    account.background("node.boot", startUp(account, node, stale, end));
    return;
  }
  resumeNode(account, node);
}

async function endUnknown(account: AccountState, survivors: Survivors): Promise<void> {
  const { executor } = account.ports;
  await Promise.all(
    [...survivors.keys()].map(async (id) => {
      await executor.kill(id);
      await executor.forget(id);
    }),
  );
}

/** Those of nodes that the journal does not know: they were made or left in the last moment before the end. */
async function removeStrayFolders(account: AccountState): Promise<void> {
  const roots = new Set<string>();
  for (const pool of account.pools) for (const node of pool.nodes) roots.add(node.root);
  try {
    await account.ports.disk.keepOnly(account.nodesDirectory, roots);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    account.logger.warn("emulator.nodeFoldersLeft", { message });
  }
}

function putBack(account: AccountState, task: Task): void {
  if (task.state === "running") requeue(account, task);
  else if (task.state === "preparing") moveTask(account, task, "active");
}

function resumeJob(account: AccountState, job: Job): void {
  for (const task of job.tasks) if (task.state === "active" && task.blockers === 0) enqueue(account, task);
  offerPreemption(account, job);
  armJobWallClock(account, job);
  checkCompletion(account, job);
  for (const on of job.nodes.values()) on.preparing = undefined;
  account.clock.at(account.clock.now() + account.parameters.jobTransitionMs, () => advanceJob(account, job));
}

function resumePool(account: AccountState, pool: Pool): void {
  if (pool.allocation === "resizing") armResizeTimer(account, pool);
  reconcile(account, pool);
  account.events.emit("wake", pool);
  if (pool.spec.enableAutoScale === true) account.events.emit("autoscaleChanged", pool);
}
