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
import { loginsOf } from "./node-logins.ts";
import { runStartTask } from "./start-task.ts";
import { attachMounts } from "./node-mounts.ts";
import { installPoolPackages } from "../packages/node-packages.ts";
import { detachMounts } from "./node-storage.ts";
import type { AccountState } from "../account/account-state.ts";

export function moveNode(account: AccountState, node: Node, to: NodeState): void {
  if (node.state === to) return;
  assertTransition(nodeMachine, node.state, to);
  node.state = to;
  node.stateAt = account.clock.now();
  account.save(node);
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
export function occupy(account: AccountState, node: Node, run: TaskRun, index: number): void {
  node.slotsUsed += run.slots;
  node.runs.set(run, index);
  if (node.state === "idle") moveNode(account, node, "running");
  refreshSlots(node);
}

/** No process of the run lives on the node any more. */
export function vacate(account: AccountState, node: Node, run: TaskRun): void {
  if (!node.runs.delete(run)) return;
  node.slotsUsed -= run.slots;
  rest(account, node);
  account.events.emit("runLeft", run, node);
}

/** Brings a booted node to the state that its work and switches imply, or goes on with what was pending. */
export function rest(account: AccountState, node: Node): void {
  if (node.pending !== undefined) {
    if (node.runs.size === 0) proceed(account, node);
    return;
  }
  if (["idle", "running", "offline"].includes(node.state)) {
    const offline = node.scheduling === "disabled" && node.runs.size === 0;
    moveNode(account, node, offline ? "offline" : node.runs.size > 0 ? "running" : "idle");
  }
  refreshSlots(node);
  if (schedulable(node)) account.events.emit("wake", node.pool);
}

/** A fresh node: waits for its allocation. */
export function allocate(account: AccountState, node: Node): void {
  course(account, node, account.parameters.nodeAllocationMs, () => {
    node.allocatedAt = account.clock.now();
    moveNode(account, node, "starting");
    account.events.emit("nodeChanged", node);
    powerOn(account, node, true);
  });
}

/** From `starting` on: boot, mounts, start task. `wipe`: the disk is new. */
export function powerOn(account: AccountState, node: Node, wipe: boolean): void {
  node.boots += 1;
  node.startTask = undefined;
  node.errors = [];
  course(account, node, account.parameters.nodeBootMs, () => {
    node.bootedAt = account.clock.now();
    account.save(node);
    const epoch = node.epoch;
    account.background(
      "node.boot",
      boot(account, node, wipe, () => node.epoch !== epoch || account.closed),
    );
  });
}

async function boot(account: AccountState, node: Node, wipe: boolean, stale: () => boolean): Promise<void> {
  await onDisk(node, account.ports.disk.prepareNode(node.root, wipe));
  if (stale()) return;
  await onDisk(node, account.ports.support.makeAccounts(node.root, accountsOf(node)));
  if (stale()) return;
  const failure =
    (await onDisk(node, attachMounts(account, node))) ??
    (await prefetchImages(account, node)) ??
    (stale() ? undefined : await onDisk(node, installPoolPackages(account, node)));
  if (stale()) return;
  if (failure !== undefined) {
    node.errors = [failure];
    moveNode(account, node, "unusable");
    account.events.emit("nodeChanged", node);
    return;
  }
  await makeReachable(account, node);
  if (stale()) return;
  await startUp(account, node, stale);
}

/** Work that a node which leaves meanwhile waits for, so that its folder does not come back. */
function onDisk<Result>(node: Node, work: Promise<Result>): Promise<Result> {
  node.diskWork = work.catch(() => undefined);
  return work;
}

async function makeReachable(account: AccountState, node: Node): Promise<void> {
  const environment = nodeEnvironment(launchContext(account), node, join(node.root, "startup"));
  await account.ports.support.nodeUp({
    address: node.address,
    nodeRoot: node.root,
    environment: { ...environment, HOME: node.root },
    logins: loginsOf(account, node),
  });
}

/** States in which a machine runs that has been reached before. */
const isUp: readonly NodeState[] = ["idle", "running", "offline", "waitingforstarttask", "starttaskfailed"];

/** After a restart of the emulator: the node is there, and what makes it reachable is not. */
export async function reachAgain(account: AccountState, node: Node): Promise<void> {
  if (node.pending !== undefined || isUp.includes(node.state)) await makeReachable(account, node);
}

/** Runs the start task, if any, and brings the node to work. `survivor`: its end, when it survived a restart. */
export async function startUp(
  account: AccountState,
  node: Node,
  stale: () => boolean,
  survivor?: Promise<LaunchEnd>,
): Promise<void> {
  const spec = node.pool.spec.startTask;
  const waits = spec !== undefined && spec.waitForSuccess !== false;
  if (waits) moveNode(account, node, "waitingforstarttask");
  else ready(account, node);
  if (spec === undefined) return;
  const succeeded = await runStartTask(account, node, stale, survivor);
  if (stale() || !waits) return;
  if (succeeded) ready(account, node);
  else moveNode(account, node, "starttaskfailed");
  account.events.emit("nodeChanged", node);
}

function ready(account: AccountState, node: Node): void {
  moveNode(account, node, node.scheduling === "disabled" ? "offline" : "idle");
  account.events.emit("nodeChanged", node);
  rest(account, node);
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
export function beginDrain(account: AccountState, node: Node, pending: NodePending, announce: boolean): void {
  node.epoch += 1;
  node.timer?.cancel();
  node.pending = pending;
  if (announce) moveNode(account, node, pendingState[pending]);
  account.save(node);
  refreshSlots(node);
  if (node.runs.size === 0) proceed(account, node);
}

/** The node is empty: do what was pending. */
function proceed(account: AccountState, node: Node): void {
  const { pending } = node;
  if (pending === undefined) return;
  if (node.retains && node.retainUntil > account.clock.now()) {
    course(account, node, node.retainUntil - account.clock.now(), () => proceed(account, node));
    return;
  }
  moveNode(account, node, pendingState[pending]);
  const epoch = (node.epoch += 1);
  account.background(
    "node.drain",
    shutDown(account, node).then(() => {
      if (node.epoch === epoch && !account.closed) continueWith(account, node, pending);
    }),
  );
}

async function shutDown(account: AccountState, node: Node): Promise<void> {
  await account.commit();
  account.ports.support.nodeDown(node.address);
  stopJobTasks(account, node);
  if (node.startTask !== undefined) {
    const id = `n${node.row}.${node.startTaskAttempts}`;
    await account.ports.executor.kill(id);
    await account.ports.executor.forget(id);
  }
  await node.diskWork;
  await detachMounts(account, node);
}

function continueWith(account: AccountState, node: Node, pending: NodePending): void {
  const { parameters } = account;
  const after = (ms: number, go: () => void) =>
    course(account, node, ms, () => {
      node.pending = undefined;
      go();
      account.save(node);
    });
  if (pending === "reboot" || pending === "reimage") {
    after(parameters.nodeRebootMs, () => {
      moveNode(account, node, "starting");
      powerOn(account, node, pending === "reimage");
    });
  } else if (pending === "preempt") {
    if (Number.isFinite(parameters.preemptionReturnMs))
      after(parameters.preemptionReturnMs, () => {
        moveNode(account, node, "creating");
        allocate(account, node);
      });
  } else if (pending === "deallocate") {
    node.pending = undefined;
    moveNode(account, node, "deallocated");
  } else
    course(account, node, parameters.nodeLeaveMs, () =>
      account.background("node.leave", leave(account, node)),
    );
  account.events.emit("nodeChanged", node);
}

async function leave(account: AccountState, node: Node): Promise<void> {
  node.pool.slots.update(node, false);
  node.pool.nodes.delete(node);
  account.remove(node);
  await account.commit();
  await removeFolder(account, node);
  account.events.emit("nodeChanged", node);
}

/** A folder that cannot be removed now goes at the next start; its node has left. */
async function removeFolder(account: AccountState, node: Node): Promise<void> {
  try {
    await account.ports.disk.remove(node.root);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    account.logger.warn("emulator.nodeFolderLeft", { nodeId: node.id, message });
  }
}

/** Takes up the life of a node that was on its way when the emulator ended. */
export function resumeNode(account: AccountState, node: Node): void {
  if (node.pending !== undefined) {
    if (node.runs.size === 0) proceed(account, node);
  } else if (node.state === "creating") allocate(account, node);
  else if (node.state === "starting") {
    node.boots -= 1;
    powerOn(account, node, node.boots === 0);
  } else rest(account, node);
}

/** After `ms`, unless the node took another course by then. */
function course(account: AccountState, node: Node, ms: number, go: () => void): void {
  node.timer?.cancel();
  const epoch = (node.epoch += 1);
  node.timer = account.clock.at(account.clock.now() + ms, () => {
    if (node.epoch === epoch && !account.closed) go();
  });
}
