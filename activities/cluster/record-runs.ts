// What Batch said of the runs' tasks, into the jobs' documents: starts and successes at once, all of a poll together;
// for anything else the run's own orchestration is woken. Repeating it changes nothing, so that a poll that was cut
// off is simply made again.
import { wakeRuns } from "../../application/runs.ts";
import { usualStep } from "../../domain/job/next-step.ts";
import { isFinished } from "../../domain/job/machine.ts";
import type { TaskSnapshot } from "../../domain/job/task.ts";
import type { ActiveRun } from "../../services/active-jobs.ts";
import type { Services } from "../../services/services.ts";
import { snapshot } from "../lib/task-snapshot.ts";
import { cleanUpRun } from "../job/clean-up.ts";
import { recordEnd, recordStart } from "../job/run-records.ts";
import type { TaskChange } from "./poll-tasks.ts";

export async function recordRuns(
  services: Services,
  clusterGuid: string,
  changes: readonly TaskChange[],
): Promise<void> {
  const done = await Promise.all(changes.map(async (one) => ({ ...one, went: await record(services, one) })));
  const finished = done.flatMap(({ run, went }) => (went === "finished" ? [run] : []));
  const unclear = done.filter(({ went }) => went === "unclear");
  // Before anybody is woken: they may remove the row, and it must not come back.
  await services.state.activeJobs.release(
    clusterGuid,
    unclear.flatMap(({ run, task }) => (run.phase !== "ended" && task.state === "completed" ? [run] : [])),
  );
  await services.state.activeJobs.removeRuns(clusterGuid, finished);
  await wakeRuns(
    services,
    unclear.map(({ run }) => run),
  );
}

/** One run that cannot be recorded must not hold up the others: its own orchestration tries again. */
async function record(
  services: Services,
  { run, task }: TaskChange,
): Promise<"noted" | "finished" | "unclear"> {
  try {
    const known = snapshot(task);
    const step = usualStep(known);
    if (step.kind === "unclear") return "unclear";
    if (step.kind === "succeeded") return await recordSuccess(services, run, known);
    const job = { ref: run.ref, guid: run.jobGuid };
    await recordStart(services, {
      job,
      attempt: run.attempt,
      startTime: step.startTime,
      ...startedAnew(known),
    });
    return "noted";
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    services.logger.warn("run.notRecorded", { job: run.jobGuid, reason });
    return "unclear";
  }
}

const startedAnew = ({ requeueCount }: { readonly requeueCount: number }) =>
  requeueCount > 0 ? { requeueCount } : {};

async function recordSuccess(
  services: Services,
  run: ActiveRun,
  { startTime, endTime, requeueCount }: TaskSnapshot,
): Promise<"finished" | "unclear"> {
  const recorded = await recordEnd(services, {
    job: { ref: run.ref, guid: run.jobGuid },
    attempt: run.attempt,
    outcome: { kind: "succeeded", exitCode: 0 },
    cause: "taskCompleted",
    startTime,
    endTime,
    ...startedAnew({ requeueCount }),
  });
  // Somebody reads the last of its output, or the job is not what it was.
  if (recorded.kind === "heldBack" || recorded.job === undefined) return "unclear";
  if (!isFinished(recorded.job.executionState)) return "unclear";
  await cleanUpRun(services, recorded.job, recorded.terminated);
  return "finished";
}
