// Composes the parts of the service: who is told of what.
import type { Random } from "../../random.ts";
import { afterOwnerJob, afterOwnerSchedule, provideAutoPool } from "./pools/auto-pools.ts";
import { createAutoscaleControl } from "./autoscale/autoscale-control.ts";
import { createEvictions } from "./evictions/evictions.ts";
import type { Evictions } from "./evictions/evictions.ts";
import { afterTask, advanceJob, watchCompletion } from "./jobs/job-control.ts";
import { nodeChanged } from "./pools/pool-control.ts";
import { recover } from "./recovery.ts";
import { createRetention } from "./runs/retention.ts";
import { afterJob, resumeSchedules } from "./schedules/schedule-control.ts";
import { createScheduler } from "./scheduling/scheduler.ts";
import type { World } from "./account/world.ts";

export interface Service {
  readonly evictions: Evictions;
  /** Brings back what the journal knows; call once, before the first request. */
  recover(): Promise<void>;
}

/** `evictionRandom` decides which nodes are evicted, and when at a rate. */
export function compose(world: World, evictionRandom: Random = world.random): Service {
  const scheduler = createScheduler(world);
  const retention = createRetention(world);
  const autoscale = createAutoscaleControl(world);
  const evictions = createEvictions(world, evictionRandom);
  world.signals = {
    wake: (pool) => scheduler.wake(pool),
    taskCompleted(task) {
      retention.watch(task);
      afterTask(world, task);
    },
    taskRemoved: (task) => watchCompletion(world, task.job),
    runLeft(run, node) {
      const { job } = run.task;
      retention.runLeft(run.task);
      if (job.runs.size === 0) advanceJob(world, job);
      scheduler.wake(node.pool);
    },
    nodeChanged(node) {
      evictions.announced.settle(node);
      nodeChanged(world, node);
    },
  };
  world.autoPools = true;
  world.jobStarted = (job) => provideAutoPool(world, job);
  world.jobEnded = (job) => {
    afterOwnerJob(world, job);
    afterJob(world, job);
  };
  world.scheduleEnded = (schedule) => afterOwnerSchedule(world, schedule);
  world.autoscaleChanged = (pool) => autoscale.refresh(pool);
  return {
    evictions,
    async recover() {
      await recover(world);
      for (const job of world.jobs) for (const task of job.tasks) retention.watch(task);
      resumeSchedules(world);
      evictions.announced.resume();
      evictions.setRate(world.parameters.evictionsPerNodeHour);
    },
  };
}
