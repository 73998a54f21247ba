// Runs scheduling passes when something changed: one pass per wake-up and turn, never a poll, never a scan over tasks.
import type { Node, Pool } from "../entities/model.ts";
import { clearanceFor } from "./preemption.ts";
import { requeue } from "../tasks/task-life.ts";
import { prepareNode } from "../nodes/job-nodes.ts";
import { placeNext } from "./placement.ts";
import type { PlacementRules } from "./placement.ts";
import { cancelRun, startRun } from "../runs/task-run.ts";
import type { AccountState } from "../account/account-state.ts";

export function createScheduler(account: AccountState): { wake(pool: Pool): void } {
  let ticks = 0;
  const kept = new WeakMap<Pool, ReadonlyMap<Node, number>>();
  const rules: PlacementRules = {
    overtakesBeforeReservation: account.parameters.overtakesBeforeReservation,
    tick: () => (ticks += 1),
    keptFor: (node) => kept.get(node.pool)?.get(node),
  };
  const place = (pool: Pool) => {
    for (let next = placeNext(pool, rules); next !== undefined; next = placeNext(pool, rules))
      startRun(account, next, (job, node) => prepareNode(account, job, node));
  };
  /** What still waits may displace running work of jobs that allow it; the room stays for it until it moves in. */
  const makeWay = (pool: Pool) => {
    const before = kept.get(pool)?.size ?? 0;
    const { runs, keptFor } = clearanceFor(pool, account.preemptible);
    if (keptFor.size === 0) kept.delete(pool);
    else kept.set(pool, keptFor);
    for (const run of runs) {
      cancelRun(account, run);
      requeue(account, run.task);
    }
    if (keptFor.size < before) place(pool);
  };
  const pass = (pool: Pool) => {
    pool.wakePending = false;
    if (account.closed || pool.state !== "active") return;
    place(pool);
    for (const job of account.preemptible)
      if (job.spec.allowTaskPreemption !== true || !account.jobs.has(job.key))
        account.preemptible.delete(job);
    if (account.preemptible.size > 0 || kept.has(pool)) makeWay(pool);
  };
  return {
    wake(pool) {
      if (pool.wakePending) return;
      pool.wakePending = true;
      queueMicrotask(() => pass(pool));
    },
  };
}
