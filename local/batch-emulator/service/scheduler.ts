// Runs scheduling passes when something changed: one pass per wake-up and turn, never a poll, never a scan over tasks.
import type { Pool } from "./model.ts";
import { runsToPreempt } from "./preemption.ts";
import { requeue } from "./task-life.ts";
import { prepareNode } from "./job-nodes.ts";
import { placeNext } from "./placement.ts";
import type { PlacementRules } from "./placement.ts";
import { cancelRun, startRun } from "./task-run.ts";
import type { World } from "./world.ts";

export function createScheduler(world: World): { wake(pool: Pool): void } {
  let ticks = 0;
  const rules: PlacementRules = {
    overtakesBeforeReservation: world.parameters.overtakesBeforeReservation,
    tick: () => (ticks += 1),
  };
  const pass = (pool: Pool) => {
    pool.wakePending = false;
    if (world.closed || pool.state !== "active") return;
    for (let next = placeNext(pool, rules); next !== undefined; next = placeNext(pool, rules))
      startRun(world, next, (job, node) => prepareNode(world, job, node));
    if (world.preemptible.size > 0) makeWay(world, pool);
  };
  return {
    wake(pool) {
      if (pool.wakePending) return;
      pool.wakePending = true;
      queueMicrotask(() => pass(pool));
    },
  };
}

/** What still waits may displace running work of jobs that allow it. */
function makeWay(world: World, pool: Pool): void {
  for (const job of world.preemptible)
    if (job.spec.allowTaskPreemption !== true || !world.jobs.has(job.key)) world.preemptible.delete(job);
  for (const run of runsToPreempt(pool, world.preemptible)) {
    cancelRun(world, run);
    requeue(world, run.task);
  }
}
