// The run of a job, from the side of those who have something for it. A run has an orchestration only for what is out of the
// ordinary: a loss, a task that waits again, an end that was cut off. It reads the job, the cluster and the
// task, and does what is missing.
import { instances } from "../contracts/instances.ts";
import { runJobOrchestration } from "../contracts/orchestrations.ts";
import type { JobIdentity } from "../contracts/refs.ts";
import type { ActiveJob } from "../services/active-jobs.ts";
import type { Services } from "../services/services.ts";
import { hasEnded, startOrWake } from "./orchestrations.ts";

/** @param about `overdue`: its task should have been seen to run long ago. */
export async function wakeRun(
  services: Services,
  job: JobIdentity,
  about: { readonly overdue?: boolean } = {},
): Promise<void> {
  await startOrWake(services, runJobOrchestration, instances.runJob(job.guid), { job, ...about });
}

export async function wakeRuns(
  services: Services,
  runs: readonly ActiveJob[],
  about: { readonly overdue?: boolean } = {},
): Promise<void> {
  await Promise.all(runs.map(({ ref, jobGuid: guid }) => wakeRun(services, { ref, guid }, about)));
}

/** True when no orchestration has to do with the job's run any more; one that has is woken. */
export async function hasRunEnded(services: Services, { guid }: JobIdentity): Promise<boolean> {
  return hasEnded(services, instances.runJob(guid));
}
