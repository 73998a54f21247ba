// Brings a pool's nodes to its targets, and to nothing when it is deleted. Invariant: a pool is `steady` exactly when no
// node is being allocated for or removed by a resize; what a resize could not do is in `resizeErrors`, never a failed
// request. Sources: "Pool - Resize", "Batch pool and node errors".
import { allocationMachine, assertTransition } from "../entities/machines.ts";
import type { AllocationState } from "../entities/machines.ts";
import type { DeallocationOption } from "../../schema/pool-spec.ts";
import { createNode } from "../nodes/node-creation.ts";
import { allocate, refreshSlots, beginDrain } from "../nodes/node-control.ts";
import type { Node, NodePending, Pool, ResizeError } from "../entities/model.ts";
import { stopJobTasks } from "../nodes/job-nodes.ts";
import { allocationRefusal } from "../checks/azure-rules.ts";
import { coresInUse, coresOf, currentNodes, lowPriorityInUse, quotasOf } from "../account/quota.ts";
import { cancelRun } from "../runs/task-run.ts";
import { endTask, requeue } from "../tasks/task-life.ts";
import { endedByUser } from "../launches/task-outcome.ts";
import type { AccountState } from "../account/account-state.ts";

/** "Pool - Add": the default of resizeTimeout is 15 minutes. */
export const defaultResizeTimeoutMs = 15 * 60_000;

function moveAllocation(account: AccountState, pool: Pool, to: AllocationState): void {
  if (pool.allocation === to) return;
  assertTransition(allocationMachine, pool.allocation, to);
  pool.allocation = to;
  pool.allocationAt = account.clock.now();
  account.save(pool);
}

/** Starts a resize towards the pool's targets. */
export function beginResize(
  account: AccountState,
  pool: Pool,
  option: DeallocationOption,
  timeoutMs: number,
): void {
  pool.resize = { startedAt: account.clock.now(), timeoutMs, option };
  pool.resizeErrors = [];
  moveAllocation(account, pool, "resizing");
  armResizeTimer(account, pool);
  reconcile(account, pool);
}

export function armResizeTimer(account: AccountState, pool: Pool): void {
  pool.resizeTimer?.cancel();
  const { resize } = pool;
  if (resize === undefined) return;
  pool.resizeTimer = account.clock.at(resize.startedAt + resize.timeoutMs, () => {
    if (!account.closed)
      abandon(
        account,
        pool,
        "AllocationTimedout",
        "Desired number of %s nodes could not be allocated as the resize timeout was reached",
      );
  });
}

/** "Pool - Stop Resize". */
export function stopResize(account: AccountState, pool: Pool): void {
  moveAllocation(account, pool, "stopping");
  abandon(
    account,
    pool,
    "ResizeStopped",
    "Desired number of %s nodes could not be allocated due to a stop resize operation",
  );
}

/** Gives up what is not allocated yet. */
function abandon(account: AccountState, pool: Pool, code: string, message: string): void {
  const errors: ResizeError[] = [];
  for (const dedicated of [true, false]) {
    const allocated = currentNodes(pool, dedicated);
    if (allocated < target(pool, dedicated))
      errors.push({ code, message: message.replace("%s", dedicated ? "dedicated" : "low priority") });
  }
  for (const node of [...pool.nodes]) if (node.allocatedAt === 0) beginDrain(account, node, "remove", true);
  settle(account, pool, errors);
}

function settle(account: AccountState, pool: Pool, errors: readonly ResizeError[]): void {
  pool.resizeTimer?.cancel();
  pool.resizeTimer = undefined;
  pool.resize = undefined;
  pool.resizeErrors = errors;
  moveAllocation(account, pool, "steady");
  account.save(pool);
}

const target = (pool: Pool, dedicated: boolean) =>
  dedicated ? pool.targetDedicated : pool.targetLowPriority;

/** Compares what is there with the targets and starts what is missing; called whenever a node changed. */
export function reconcile(account: AccountState, pool: Pool): void {
  if (pool.state === "deleting") {
    if (pool.nodes.size === 0) removePool(account, pool);
    return;
  }
  if (pool.allocation !== "resizing") return;
  const errors: ResizeError[] = [];
  let waiting = false;
  for (const dedicated of [true, false]) {
    const there = [...pool.nodes].filter((node) => node.isDedicated === dedicated);
    const staying = there.filter((node) => node.pending !== "remove");
    const wanted = target(pool, dedicated);
    if (staying.length > wanted)
      for (const node of victims(staying, staying.length - wanted))
        drain(account, node, "remove", pool.resize?.option ?? "requeue");
    const short = grow(account, pool, dedicated, wanted - staying.length);
    if (short.error !== undefined) errors.push(short.error);
    waiting ||=
      short.waits ||
      [...pool.nodes].some(
        (node) => node.isDedicated === dedicated && (node.allocatedAt === 0 || node.pending === "remove"),
      );
  }
  if (!waiting) settle(account, pool, errors);
}

/** Creates up to `missing` nodes; the rest is out of quota (an error) or of capacity (waits for the timeout). */
function grow(
  account: AccountState,
  pool: Pool,
  dedicated: boolean,
  missing: number,
): { waits: boolean; error?: ResizeError } {
  if (missing <= 0) return { waits: false };
  const refusal = allocationRefusal(account, pool.spec);
  if (refusal !== undefined) return { waits: false, error: refusal };
  const { dedicatedCoreQuota, lowPriorityCoreQuota } = quotasOf(account);
  const quota = dedicated ? dedicatedCoreQuota : lowPriorityCoreQuota;
  const cores = coresOf(pool.spec.vmSize);
  const byQuota = Math.max(0, Math.floor((quota - coresInUse(account, dedicated)) / cores));
  const byCapacity = dedicated
    ? Infinity
    : Math.max(0, account.lowPriorityCapacity - lowPriorityInUse(account));
  const count = Math.min(missing, byQuota, byCapacity);
  for (let index = 0; index < count; index += 1) allocate(account, createNode(account, pool, dedicated));
  if (missing > byQuota)
    return {
      waits: false,
      error: {
        code: "AccountCoreQuotaReached",
        message: `The specified account has reached ${dedicated ? "dedicated" : "low priority"} core quota`,
      },
    };
  return { waits: missing > count };
}

/** Shrinking takes idle nodes first, then those with the fewest runs; nodes with a job manager task last. */
function victims(nodes: readonly Node[], count: number): Node[] {
  const rank = (node: Node) =>
    node.runs.size + ([...node.runs.keys()].some((run) => run.task.manager) ? 1_000_000 : 0);
  return [...nodes].sort((a, b) => rank(a) - rank(b) || b.row - a.row).slice(0, count);
}

/** Withdraws a node, dealing with the tasks on it as the caller chose. */
export function drain(
  account: AccountState,
  node: Node,
  pending: NodePending,
  option: DeallocationOption,
): void {
  const now = option === "requeue" || option === "terminate";
  node.retains = option === "retaineddata";
  beginDrain(account, node, pending, now);
  if (!now) return;
  clearNode(account, node, option);
  stopJobTasks(account, node);
}

/** Ends every run on a node. */
export function clearNode(account: AccountState, node: Node, option: "requeue" | "terminate"): void {
  for (const run of [...node.runs.keys()]) {
    if (run.cancelled) continue;
    if (option === "requeue") {
      cancelRun(account, run);
      requeue(account, run.task);
    } else endTask(account, run.task, (one) => cancelRun(account, one), endedByUser);
  }
}

export function deletePool(account: AccountState, pool: Pool): void {
  pool.state = "deleting";
  pool.stateAt = account.clock.now();
  pool.resizeTimer?.cancel();
  pool.targetDedicated = 0;
  pool.targetLowPriority = 0;
  account.save(pool);
  for (const node of [...pool.nodes]) {
    refreshSlots(node);
    if (node.pending !== "remove") drain(account, node, "remove", "requeue");
  }
  reconcile(account, pool);
}

function removePool(account: AccountState, pool: Pool): void {
  if (!account.pools.delete(pool)) return;
  account.remove(pool);
  account.ports.autoscale?.forget(pool.key);
  account.background("pool.remove", account.commit());
}

/** A node changed: its pool, and pools that wait for capacity, may go on. */
export function nodeChanged(account: AccountState, node: Node): void {
  reconcile(account, node.pool);
  for (const pool of account.pools) if (pool !== node.pool) reconcile(account, pool);
}
