// Composes the parts of the service: who is told of what.
import { afterTask, advanceJob } from "./job-control.ts";
import { nodeChanged } from "./pool-control.ts";
import { createScheduler } from "./scheduler.ts";
import type { World } from "./world.ts";

export function compose(world: World): void {
  const scheduler = createScheduler(world);
  world.signals = {
    wake: (pool) => scheduler.wake(pool),
    taskCompleted: (task) => afterTask(world, task),
    runLeft(run, node) {
      const { job } = run.task;
      if (job.runs.size === 0) advanceJob(world, job);
      scheduler.wake(node.pool);
    },
    nodeChanged: (node) => nodeChanged(world, node),
  };
}
