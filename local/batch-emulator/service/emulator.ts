// Composes the parts of the service: who listens to what.
import type { Random } from "../../random.ts";
import { afterOwnerJob, afterOwnerSchedule, provideAutoPool } from "./pools/auto-pools.ts";
import { createAutoscaleControl } from "./autoscale/autoscale-control.ts";
import { createEvictions } from "./evictions/evictions.ts";
import type { Evictions } from "./evictions/evictions.ts";
import { afterTask, advanceJob, checkCompletion } from "./jobs/job-control.ts";
import { nodeChanged } from "./pools/pool-control.ts";
import { recover } from "./recovery.ts";
import { createRetention } from "./runs/retention.ts";
import { afterJob, resumeSchedules } from "./schedules/schedule-control.ts";
import { createScheduler } from "./scheduling/scheduler.ts";
import type { AccountState } from "./account/account-state.ts";

export interface Service {
  readonly evictions: Evictions;
  /** Brings back what the journal knows; call once, before the first request. */
  recover(): Promise<void>;
}

/** `evictionRandom` decides which nodes are evicted, and when at a rate. */
export function compose(account: AccountState, evictionRandom: Random = account.random): Service {
  const scheduler = createScheduler(account);
  const retention = createRetention(account);
  const autoscale = createAutoscaleControl(account);
  const evictions = createEvictions(account, evictionRandom);
  const { events } = account;
  events.on("wake", (pool) => scheduler.wake(pool));
  events.on("taskCompleted", (task) => {
    retention.schedule(task);
    afterTask(account, task);
  });
  events.on("taskRemoved", (task) => checkCompletion(account, task.job));
  events.on("runLeft", (run, node) => {
    const { job } = run.task;
    retention.runLeft(run.task);
    if (job.runs.size === 0) advanceJob(account, job);
    scheduler.wake(node.pool);
  });
  events.on("nodeChanged", (node) => {
    evictions.announced.settle(node);
    nodeChanged(account, node);
  });
  account.autoPools = true;
  events.on("jobStarted", (job) => provideAutoPool(account, job));
  events.on("jobEnded", (job) => afterOwnerJob(account, job));
  events.on("jobEnded", (job) => afterJob(account, job));
  events.on("scheduleEnded", (schedule) => afterOwnerSchedule(account, schedule));
  events.on("autoscaleChanged", (pool) => autoscale.refresh(pool));
  return {
    evictions,
    async recover() {
      await recover(account);
      for (const job of account.jobs) for (const task of job.tasks) retention.schedule(task);
      resumeSchedules(account);
      evictions.announced.resume();
      evictions.setRate(account.parameters.evictionsPerNodeHour);
    },
  };
}
