// The life of a node: boot, start task, work, reboot, eviction, leaving. Invariant: a course that was superseded (epoch
// changed) changes nothing any more; a node takes work only in `idle` or `running` with scheduling enabled and nothing
// pending. Sources: "Nodes and pools in Azure Batch", "Compute Node" of the REST reference.
import { join } from "node:path";
import type { LaunchEnd } from "../../agent/executor.ts";
import { prefetchImages } from "../launches/containers.ts";
import { nodeEnvironment } from "../launches/environment.ts";
import { stopJobTasks } from "./job-nodes.ts";
import { launchContext } from "../launches/launch-context.ts";
import { assertTransition, nodeMachine } from "../entities/machines.ts";
import type { NodeState } from "../entities/machines.ts";
import type { Node, NodePending, TaskRun } from "../entities/model.ts";
import { accountsOf } from "./node-accounts.ts";
import { runStartTask } from "./start-task.ts";
import { attachMounts } from "./node-mounts.ts";
import { installPoolPackages } from "../packages/node-packages.ts";
import { detachMounts } from "./node-storage.ts";
import type { World } from "../account/world.ts";

export function moveNode(world: World, node: Node, to: NodeState): void {
  if (node.state === to) return;
  assertTransition(nodeMachine, node.state, to);
  node.state = to;
  node.stateAt = world.clock.now();
  world.save(node);
  refreshSlots(node);
}

/** True when the scheduler may use the node. */
export function schedulable(node: Node): boolean {
  return (
    (node.state === "idle" || node.state === "running") &&
    node.scheduling === "enabled" &&
    node.pending === undefined &&
    node.pool.state === "active"
  );
}

export function refreshSlots(node: Node): void {
  node.pool.slots.update(node, schedulable(node));
}

/** A run takes its slots on the node. */
export function occupy(world: World, node: Node, run: TaskRun, index: number): void {
  node.slotsUsed += run.slots;
  node.runs.set(run, index);
  if (node.state === "idle") moveNode(world, node, "running");
  refreshSlots(node);
}

/** No process of the run lives on the node any more. */
export function vacate(world: World, node: Node, run: TaskRun): void {
  if (!node.runs.delete(run)) return;
  node.slotsUsed -= run.slots;
  rest(world, node);
  world.signals.runLeft(run, node);
}

/** Brings a booted node to the state that its work and switches imply, or goes on with what was pending. */
export function rest(world: World, node: Node): void {
  if (node.pending !== undefined) {
    if (node.runs.size === 0) proceed(world, node);
    return;
  }
  if (["idle", "running", "offline"].includes(node.state)) {
    const offline = node.scheduling === "disabled" && node.runs.size === 0;
    moveNode(world, node, offline ? "offline" : node.runs.size > 0 ? "running" : "idle");
  }
  refreshSlots(node);
  if (schedulable(node)) world.signals.wake(node.pool);
}

/** A fresh node: waits for its allocation. */
export function allocate(world: World, node: Node): void {
  course(world, node, world.parameters.nodeAllocationMs, () => {
    node.allocatedAt = world.clock.now();
    moveNode(world, node, "starting");
    world.signals.nodeChanged(node);
    powerOn(world, node, true);
  });
}

/** From `starting` on: boot, mounts, start task. `wipe`: the disk is new. */
export function powerOn(world: World, node: Node, wipe: boolean): void {
  node.boots += 1;
  node.startTask = undefined;
  node.errors = [];
  course(world, node, world.parameters.nodeBootMs, () => {
    node.bootedAt = world.clock.now();
    world.save(node);
    const epoch = node.epoch;
    world.background(
      "node.boot",
      boot(world, node, wipe, () => node.epoch !== epoch || world.closed),
    );
  });
}

async function boot(world: World, node: Node, wipe: boolean, stale: () => boolean): Promise<void> {
  await onDisk(node, world.ports.disk.prepareNode(node.root, wipe));
  if (stale()) return;
  await onDisk(node, world.ports.support.makeAccounts(node.root, accountsOf(node)));
  if (stale()) return;
  const failure =
    (await onDisk(node, attachMounts(world, node))) ??
    (await prefetchImages(world, node)) ??
    (stale() ? undefined : await onDisk(node, installPoolPackages(world, node)));
  if (stale()) return;
  if (failure !== undefined) {
    node.errors = [failure];
    moveNode(world, node, "unusable");
    world.signals.nodeChanged(node);
    return;
  }
  makeReachable(world, node);
  await startUp(world, node, stale);
}

/** Work that a node which leaves meanwhile waits for, so that its folder does not come back. */
function onDisk<Result>(node: Node, work: Promise<Result>): Promise<Result> {
  node.diskWork = work.catch(() => undefined);
  return work;
}

function makeReachable(world: World, node: Node): void {
  const environment = nodeEnvironment(launchContext(world), node, join(node.root, "startup"));
  world.ports.support.nodeUp({
    address: node.address,
    nodeRoot: node.root,
    environment: { ...environment, HOME: node.root },
  });
}

/** Runs the start task, if any, and brings the node to work. `adopted`: its end, when it survived a restart. */
export async function startUp(
  world: World,
  node: Node,
  stale: () => boolean,
  adopted?: Promise<LaunchEnd>,
): Promise<void> {
  const spec = node.pool.spec.startTask;
  const waits = spec !== undefined && spec.waitForSuccess !== false;
  if (waits) moveNode(world, node, "waitingforstarttask");
  else ready(world, node);
  if (spec === undefined) return;
  const succeeded = await runStartTask(world, node, stale, adopted);
  if (stale() || !waits) return;
  if (succeeded) ready(world, node);
  else moveNode(world, node, "starttaskfailed");
  world.signals.nodeChanged(node);
}

function ready(world: World, node: Node): void {
  moveNode(world, node, node.scheduling === "disabled" ? "offline" : "idle");
  world.signals.nodeChanged(node);
  rest(world, node);
}

const pendingState = {
  reboot: "rebooting",
  reimage: "reimaging",
  remove: "leavingpool",
  preempt: "preempted",
  deallocate: "deallocating",
} as const satisfies Record<NodePending, NodeState>;

/** Leads the node out of its work towards `pending`; goes on when the last run has left. With `announce` the state shows
 *  it at once, else only when the work is done (deallocation option taskcompletion). */
export function withdraw(world: World, node: Node, pending: NodePending, announce: boolean): void {
  node.epoch += 1;
  node.timer?.cancel();
  node.pending = pending;
  if (announce) moveNode(world, node, pendingState[pending]);
  world.save(node);
  refreshSlots(node);
  if (node.runs.size === 0) proceed(world, node);
}

/** The node is empty: do what was pending. */
function proceed(world: World, node: Node): void {
  const { pending } = node;
  if (pending === undefined) return;
  if (node.retains && node.retainUntil > world.clock.now()) {
    course(world, node, node.retainUntil - world.clock.now(), () => proceed(world, node));
    return;
  }
  moveNode(world, node, pendingState[pending]);
  const epoch = (node.epoch += 1);
  world.background(
    "node.withdraw",
    shutDown(world, node).then(() => {
      if (node.epoch === epoch && !world.closed) continueWith(world, node, pending);
    }),
  );
}

async function shutDown(world: World, node: Node): Promise<void> {
  await world.commit();
  world.ports.support.nodeDown(node.address);
  stopJobTasks(world, node);
  if (node.startTask !== undefined) {
    const id = `n${node.row}.${node.startTaskAttempts}`;
    await world.ports.executor.kill(id);
    await world.ports.executor.forget(id);
  }
  await node.diskWork;
  await detachMounts(world, node);
}

function continueWith(world: World, node: Node, pending: NodePending): void {
  const { parameters } = world;
  const after = (ms: number, go: () => void) =>
    course(world, node, ms, () => {
      node.pending = undefined;
      go();
      world.save(node);
    });
  if (pending === "reboot" || pending === "reimage") {
    after(parameters.nodeRebootMs, () => {
      moveNode(world, node, "starting");
      powerOn(world, node, pending === "reimage");
    });
  } else if (pending === "preempt") {
    if (Number.isFinite(parameters.preemptionReturnMs))
      after(parameters.preemptionReturnMs, () => {
        moveNode(world, node, "creating");
        allocate(world, node);
      });
  } else if (pending === "deallocate") {
    node.pending = undefined;
    moveNode(world, node, "deallocated");
  } else
    course(world, node, parameters.nodeLeaveMs, () => world.background("node.leave", leave(world, node)));
  world.signals.nodeChanged(node);
}

async function leave(world: World, node: Node): Promise<void> {
  node.pool.slots.update(node, false);
  node.pool.nodes.delete(node);
  world.remove(node);
  await world.commit();
  await removeFolder(world, node);
  world.signals.nodeChanged(node);
}

/** A folder that cannot be removed now goes at the next start; its node has left. */
async function removeFolder(world: World, node: Node): Promise<void> {
  try {
    await world.ports.disk.remove(node.root);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    world.logger.warn("emulator.nodeFolderLeft", { nodeId: node.id, message });
  }
}

/** Takes up the life of a node that was on its way when the emulator ended. */
export function resumeNode(world: World, node: Node): void {
  if (node.pending !== undefined) {
    if (node.runs.size === 0) proceed(world, node);
  } else if (node.state === "creating") allocate(world, node);
  else if (node.state === "starting") {
    node.boots -= 1;
    powerOn(world, node, node.boots === 0);
  } else rest(world, node);
}

/** After `ms`, unless the node took another course by then. */
function course(world: World, node: Node, ms: number, go: () => void): void {
  node.timer?.cancel();
  const epoch = (node.epoch += 1);
  node.timer = world.clock.at(world.clock.now() + ms, () => {
    if (node.epoch === epoch && !world.closed) go();
  });
}
