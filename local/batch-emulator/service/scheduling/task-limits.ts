// Limits that a job sets on its tasks. Pure.
import type { Job } from "../entities/model.ts";

/** Tasks of the job that may run at once; -1 means no limit. */
export function maxParallelTasks(job: Job): number {
  const limit = job.spec.maxParallelTasks ?? -1;
  return limit < 0 ? Infinity : limit;
}
