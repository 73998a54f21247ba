// A launcher that waits in the kernel for storage cannot be killed, and its task runs on although its watcher has written how the run
// ended (node/launcher/watch.sh). Such a task is ended here, and the run ends as that result says. Only a result that was found ends a run:
// that nothing is heard of a task, or that its node does not answer, means nothing.
import { launcherResultFile, parseLauncherResult } from "../../domain/launch/result.ts";
import type { JobDocument } from "../../domain/job/schema.ts";
import { AppError } from "../../domain/shared/errors.ts";
import { refOf } from "../../domain/shared/resource-id.ts";
import { batchJobId, taskId } from "../../services/batch-names.ts";
import type { Services } from "../../services/services.ts";

/** The launcher tidies up after its result; more than that takes no time, also by a clock that is a little off. */
const tidyingMs = 15 * 60_000;
const longestResultBytes = 16_384;

/** Looks at one job; those that run no longer than a launcher's step may take are left alone. */
export async function endHungRun(services: Services, job: JobDocument): Promise<void> {
  const { batch, clock, logger, settings } = services;
  const runsMs = clock.now() - Date.parse(job.executionStateTransitionTime);
  if (job.executionState !== "running" || !(runsMs > settings.launchStepLimitMs)) return;
  const batchJob = batchJobId(job.clusterGuid, job.spec.schedulingPriority);
  const task = taskId(job.guid, job.attempt);
  const path = `wd/${launcherResultFile}`;
  const text = await batch.readTaskFile(batchJob, task, path, longestResultBytes).catch(unreached);
  const at = text === undefined ? undefined : parseLauncherResult(text)?.at;
  if (at === undefined || !(clock.now() - Date.parse(at) > tidyingMs)) return;
  if ((await batch.getTask(batchJob, task))?.state !== "running") return;
  const { attempt } = job;
  await services.state.jobs.update(refOf(job), (found) =>
    found.guid === job.guid && found.attempt === attempt ? { ...found, hungAttempt: attempt } : found,
  );
  logger.warn("run.launcherHung", { jobId: job.guid, attempt, resultAt: at });
  await batch.terminateTask(batchJob, task);
}

/** A node that does not answer tells nothing now. */
function unreached(error: unknown): undefined {
  if (error instanceof AppError && error.retryable) return undefined;
  throw error;
}
