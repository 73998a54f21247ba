// What callers may ask of single nodes. Source: "Compute Node - Reboot/Reimage/Disable Scheduling/…" of the REST reference.
import { BatchFault, invalidProperty } from "../account/fault.ts";
import type { Node, NodeUser, NodeUserLogin } from "../entities/model.ts";
import { moveNode, powerOn, rest } from "../nodes/node-control.ts";
import { hashPassword } from "../nodes/node-logins.ts";
import { clearNode, drain } from "./pool-control.ts";
import type { AccountState } from "../account/account-state.ts";

type Option = "requeue" | "terminate" | "taskcompletion" | "retaineddata";

const notReady = (node: Node) =>
  new BatchFault(409, "NodeNotReady", `The node is not ready for this operation: it is ${node.state}.`);

const restartable: readonly Node["state"][] = ["idle", "running", "offline", "starttaskfailed", "unusable"];

function refuseBusy(node: Node): void {
  if (node.pending === "reboot")
    throw new BatchFault(409, "NodeBeingRebooted", "The specified node is being rebooted.");
  if (node.pending === "reimage")
    throw new BatchFault(409, "NodeBeingReimaged", "The specified node is being reimaged.");
  if (node.pending !== undefined || !restartable.includes(node.state)) throw notReady(node);
}

export function rebootNode(account: AccountState, node: Node, option: Option): void {
  refuseBusy(node);
  drain(account, node, "reboot", option);
}

/** Reimaging puts the operating system and an empty disk back. */
export function reimageNode(account: AccountState, node: Node, option: Option): void {
  refuseBusy(node);
  drain(account, node, "reimage", option);
}

/** Since API 2024-07-01.20.0: the machine is given back but stays in the pool. */
export function deallocateNode(account: AccountState, node: Node, option: Option): void {
  refuseBusy(node);
  drain(account, node, "deallocate", option);
}

export function startNode(account: AccountState, node: Node): void {
  if (node.state !== "deallocated")
    throw new BatchFault(
      409,
      "OperationNotValidOnNode",
      `A node can be started when it is deallocated; it is ${node.state}.`,
    );
  moveNode(account, node, "starting");
  powerOn(account, node, true);
}

export function disableScheduling(
  account: AccountState,
  node: Node,
  option: Exclude<Option, "retaineddata">,
): void {
  if (node.scheduling === "disabled")
    throw new BatchFault(
      409,
      "NodeAlreadyInTargetSchedulingState",
      "The node is already in the scheduling state that was asked for.",
    );
  if (!["idle", "running"].includes(node.state)) throw notReady(node);
  node.scheduling = "disabled";
  account.save(node);
  if (option !== "taskcompletion") clearNode(account, node, option);
  rest(account, node);
}

export function enableScheduling(account: AccountState, node: Node): void {
  if (node.scheduling === "enabled")
    throw new BatchFault(
      409,
      "NodeAlreadyInTargetSchedulingState",
      "The node is already in the scheduling state that was asked for.",
    );
  node.scheduling = "enabled";
  account.save(node);
  rest(account, node);
}

/** "Compute Node - Add User": only while the node is idle or running; accounts expire after a day by default. */
export function addUser(account: AccountState, node: Node, wanted: NodeUser & NodeUserLogin): void {
  const { password, sshPublicKey, ...user } = wanted;
  if (!["idle", "running"].includes(node.state)) throw notReady(node);
  if (node.users.some((one) => one.name === user.name))
    throw new BatchFault(409, "NodeUserExists", "The specified node user already exists.");
  const login = keptLogin(account, { password, sshPublicKey });
  node.users.push({ ...user, ...login, expiryTime: user.expiryTime ?? expiry(account) });
  account.save(node);
}

const saltBytes = 16;

function keptLogin(
  account: AccountState,
  { password, sshPublicKey }: { [K in keyof NodeUserLogin]: NodeUserLogin[K] | undefined },
): Pick<NodeUser, "passwordHash" | "sshPublicKey"> {
  if (password !== undefined && sshPublicKey !== undefined)
    throw invalidProperty("sshPublicKey", "", "A user has a password or an ssh public key, not both");
  if (sshPublicKey !== undefined) return { sshPublicKey };
  return password === undefined
    ? {}
    : { passwordHash: hashPassword(password, account.random.bytes(saltBytes)) };
}

export function updateUser(
  account: AccountState,
  node: Node,
  name: string,
  { expiryTime = expiry(account), password, sshPublicKey }: Pick<NodeUser, "expiryTime"> & NodeUserLogin,
): void {
  const { isAdmin, ...found } = findUser(node, name);
  const login = keptLogin(account, { password, sshPublicKey });
  const updated: NodeUser = { name: found.name, isAdmin, expiryTime, ...login };
  node.users = node.users.map((one) => (one.name === name ? updated : one));
  account.save(node);
}

export function deleteUser(account: AccountState, node: Node, name: string): void {
  const found = findUser(node, name);
  node.users = node.users.filter((one) => one !== found);
  account.save(node);
  account.ports.support.loginsChanged(node.address);
}

function findUser(node: Node, name: string): NodeUser {
  const found = node.users.find((one) => one.name === name);
  if (found === undefined)
    throw new BatchFault(404, "NodeUserNotFound", "The specified node user does not exist.");
  return found;
}

const expiry = (account: AccountState) => new Date(account.clock.now() + 86_400_000).toISOString();

/** Dedicated nodes are never evicted, others only while they are there. */
export const evictable = (node: Node): boolean =>
  !node.isDedicated &&
  node.pending === undefined &&
  !["creating", "preempted", "deallocated", "leavingpool"].includes(node.state);

export function refuseEviction(node: Node): void {
  if (node.isDedicated)
    throw new BatchFault(409, "OperationNotValidOnNode", "Only low-priority nodes can be preempted.");
  if (!evictable(node))
    throw new BatchFault(
      409,
      "OperationNotValidOnNode",
      `The node cannot be preempted now: it is ${node.state}.`,
    );
}

/** An eviction by the "region": tasks are requeued, the node comes back with an empty disk. */
export function preemptNode(account: AccountState, node: Node): void {
  refuseEviction(node);
  drain(account, node, "preempt", "requeue");
}
