// What follows when a run has ended: the job's place in its cluster's queue, and the files that its nodes fetched. Each
// step may have been done before.
import { clusterOfJob, wakeMonitor } from "../../application/monitors.ts";
import { readOutputMetrics } from "../../application/output-metrics.ts";
import { notifyTriggers } from "../../application/triggers/notify-triggers.ts";
import { activeJobOf } from "../../domain/job/queue.ts";
import type { JobDocument } from "../../domain/job/schema.ts";
import { timestamp } from "../../services/clock.ts";
import { operationId } from "../../services/operation-documents.ts";
import type { Services } from "../../services/services.ts";
import { removeStagedFiles } from "./staged-files.ts";

/** @param terminated somebody may wait for the end of a termination. */
export async function cleanUp(services: Services, job: JobDocument, terminated: boolean): Promise<void> {
  await cleanUpRun(services, job, terminated);
  // Last, because the job is found by it when this is cut off.
  await services.state.activeJobs.remove(job.clusterGuid, activeJobOf(job));
}

/** All but the place among the active ones, by which the job is found when this is cut off. */
export async function cleanUpRun(services: Services, job: JobDocument, terminated: boolean): Promise<void> {
  const outcome = { status: "Succeeded" } as const;
  // Before triggers hear of the end: they may ask what was reported.
  await readLastOutput(services, job);
  await Promise.all([
    terminated
      ? services.operations.close(operationId("terminate", job.guid), outcome, timestamp(services.clock))
      : undefined,
    removeStagedFiles(services, job, job.attempt, terminated || job.executionState === "failed"),
    notifyTriggers(services, job),
  ]);
}

/** The next run waits for nodes like everybody else, at the place that the job's age gives it. */
export async function queueAgain(services: Services, job: JobDocument): Promise<void> {
  await readLastOutput(services, job);
  await removeStagedFiles(services, job, job.attempt - 1, true);
  await services.state.activeJobs.requeue(job.clusterGuid, activeJobOf(job));
  await wakeMonitor(services, clusterOfJob(job));
}

/** The next run begins its output anew, and searches find only what was read. No end waits for storage that cannot be read: whoever asks for the metrics later reads on. */
async function readLastOutput(services: Services, job: JobDocument): Promise<void> {
  try {
    await readOutputMetrics(services, job);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    services.logger.warn("job.outputUnread", { job: job.guid, reason });
  }
}
