// Tasks in Batch of runs that have ended long ago: nobody asks for them any more, and a job list of Batch must not grow with
// all that ever ran. Those of the last hour stay, for whoever wants to look.
import { isFinished } from "../../domain/job/machine.ts";
import type { JobDocument } from "../../domain/job/schema.ts";
import { inLanes } from "../../services/in-lanes.ts";
import { jobOfTask } from "../../services/batch-names.ts";
import type { BatchTask } from "../../services/batch.ts";
import type { Services } from "../../services/services.ts";

/** A run that has ended and was recorded, and whose job is there. */
export function isRecorded({ id, state }: BatchTask, jobs: ReadonlyMap<string, JobDocument>): boolean {
  const run = jobOfTask(id);
  const job = run === undefined ? undefined : jobs.get(run.jobGuid);
  if (run === undefined || job === undefined || state !== "completed") return false;
  return isFinished(job.executionState) || run.attempt < job.attempt;
}

export async function removeEndedTasks(
  { batch, clock, logger, settings }: Services,
  batchJob: string,
  recorded: readonly BatchTask[],
): Promise<void> {
  const before = clock.now() - settings.orphanGraceMs;
  const old = recorded.filter(({ stateTransitionTime }) => Date.parse(stateTransitionTime) < before);
  if (old.length === 0) return;
  await inLanes(old, ({ id }) => batch.deleteTask(batchJob, id));
  logger.info("task.endedRemoved", { batchJob, tasks: old.length });
}
