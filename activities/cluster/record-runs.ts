// What Batch said of the runs' tasks, into the jobs' documents: starts and ends of programs at once, all of a poll together;
// for anything else the run's own orchestration is woken. Repeating it changes nothing, so that a poll that was cut
// off is simply made again.
import { wakeRuns } from "../../application/runs.ts";
import { isFinished } from "../../domain/job/machine.ts";
import { usualStep } from "../../domain/job/next-step.ts";
import { decideOutcome } from "../../domain/job/outcome.ts";
import type { Outcome } from "../../domain/job/outcome.ts";
import type { TaskSnapshot } from "../../domain/job/task.ts";
import type { ActiveRun } from "../../services/active-jobs.ts";
import type { Services } from "../../services/services.ts";
import { taskId } from "../../services/batch-names.ts";
import { currentJob } from "../lib/documents.ts";
import { snapshot } from "../lib/task-snapshot.ts";
import { cleanUpRun } from "../job/clean-up.ts";
import { lossBehindGang } from "../job/gang-loss.ts";
import { nodesOfRun } from "../job/nodes-of-run.ts";
import { resultOf } from "../job/launcher-result.ts";
import { recordEnd, recordStart } from "../job/run-records.ts";
import type { TaskChange } from "./poll-tasks.ts";

export async function recordRuns(
  services: Services,
  clusterGuid: string,
  changes: readonly TaskChange[],
): Promise<void> {
  const done = await Promise.all(
    changes.map(async (one) => ({
      ...one,
      went: await record(services, clusterGuid, one),
    })),
  );
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
  clusterGuid: string,
  { run, task }: TaskChange,
): Promise<"noted" | "finished" | "unclear"> {
  try {
    const known = snapshot(task);
    const step = usualStep(known);
    if (step.kind === "unclear") return "unclear";
    if (step.kind === "exited") return await recordExit(services, clusterGuid, run, known);
    const job = { ref: run.ref, guid: run.jobGuid };
    await recordStart(services, {
      job,
      attempt: run.attempt,
      startTime: step.startTime,
      nodes: [...(await nodesOfRun(services, clusterGuid, run, known.nodeId))],
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

async function recordExit(
  services: Services,
  clusterGuid: string,
  run: ActiveRun,
  task: TaskSnapshot,
): Promise<"finished" | "unclear"> {
  const job = { ref: run.ref, guid: run.jobGuid };
  const outcome = task.exitCode === 0 ? succeeded : await failureOf(services, run, task);
  if (outcome === undefined) return "unclear";
  const { startTime, endTime, requeueCount } = task;
  const recorded = await recordEnd(services, {
    job,
    attempt: run.attempt,
    outcome,
    cause: "taskCompleted",
    startTime,
    endTime,
    nodes: [...(await nodesOfRun(services, clusterGuid, run, task.nodeId))],
    ...startedAnew({ requeueCount }),
  });
  // Somebody reads the last of its output, or the job is not what it was.
  if (recorded.kind === "heldBack" || recorded.job === undefined) return "unclear";
  if (!isFinished(recorded.job.executionState)) return "unclear";
  await cleanUpRun(services, recorded.job, recorded.terminated);
  return "finished";
}

const succeeded: Outcome = { kind: "succeeded", exitCode: 0 };

/** What the end of a program that failed means; undefined where somebody ends the job, it is run again, or a node may be lost. */
async function failureOf(
  services: Services,
  run: ActiveRun,
  task: TaskSnapshot,
): Promise<Outcome | undefined> {
  const document = await currentJob(services, { ref: run.ref, guid: run.jobGuid });
  if (document?.executionState === "terminating" || document?.provisioningState === "deleting")
    return undefined;
  if (document?.attempt !== run.attempt) return undefined;
  const launcher = await resultOf(services, document, taskId(run.jobGuid, run.attempt));
  if ((await lossBehindGang(services, document, task, launcher)) !== undefined) return undefined;
  const { exitCode, failure } = task;
  const outcome = decideOutcome(
    { losses: document.losses, retries: document.spec.retries, terminateRequested: false },
    { kind: "taskCompleted", task: { exitCode, failure, launcher } },
  );
  return outcome.kind === "retry" ? undefined : outcome;
}
