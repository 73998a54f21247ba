// Gives the runs that got nodes to Batch, those of one priority in one request. A run stays `submitting` in the
// index until Batch has its task, so that one that was cut off is submitted by the next poll; adding a task twice is
// adding it once. A run that can never be submitted ends its job, and says why; none stands in the way of the others.
import { wakeRuns } from "../../application/runs.ts";
import { z } from "zod";
import { decideOutcome } from "../../domain/job/outcome.ts";
import { priorities } from "../../domain/job/priorities.ts";
import type { Priority } from "../../domain/job/priority.ts";
import type { JobDocument } from "../../domain/job/schema.ts";
import { AppError } from "../../domain/shared/errors.ts";
import type { ActiveRun } from "../../services/active-jobs.ts";
import { batchJobId, batchPriority, poolId } from "../../services/batch-names.ts";
import type { NewBatchTask, TaskAnswer } from "../../services/batch.ts";
import type { Services } from "../../services/services.ts";
import { currentJob } from "../lib/documents.ts";
import { newTask } from "../job/new-task.ts";
import { cleanUp } from "../job/clean-up.ts";
import { recordEnd } from "../job/run-records.ts";

/** So long a run's files may fail to be staged before its job ends for it. */
const longestPreparationMs = 25 * 60_000;

export async function submitRuns(
  services: Services,
  clusterGuid: string,
  runs: readonly ActiveRun[],
): Promise<void> {
  await Promise.all(
    priorities.map((priority) =>
      submitSome(
        services,
        clusterGuid,
        priority,
        runs.filter((run) => run.priority === priority),
      ),
    ),
  );
}

type Prepared =
  | {
      readonly kind: "ready";
      readonly run: ActiveRun;
      readonly job: JobDocument;
      readonly task: NewBatchTask;
    }
  | {
      readonly kind: "refused";
      readonly run: ActiveRun;
      readonly job: JobDocument;
      readonly reason: string;
    }
  | { readonly kind: "gone" | "notWanted" | "later"; readonly run: ActiveRun };

async function submitSome(
  services: Services,
  clusterGuid: string,
  priority: Priority,
  runs: readonly ActiveRun[],
): Promise<void> {
  if (runs.length === 0) return;
  const prepared = await Promise.all(runs.map((run) => prepare(services, clusterGuid, run)));
  const ready = prepared.filter((one) => one.kind === "ready");
  const answers = await addTasks(
    services,
    clusterGuid,
    priority,
    ready.map(({ task }) => task),
  );
  const answered = ready.map((one, index): Prepared | undefined => {
    const answer = answers[index];
    if (answer?.kind === "refused")
      return { ...one, kind: "refused", reason: `${answer.code}: ${answer.message}` };
    return answer?.kind === "added" || answer?.kind === "exists" ? one : undefined;
  });
  const submitted = answered.flatMap((one) => (one?.kind === "ready" ? [one.run] : []));
  const unwanted = prepared.flatMap((one) => (one.kind === "notWanted" ? [one.run] : []));
  const gone = prepared.flatMap((one) => (one.kind === "gone" ? [one.run] : []));
  await services.state.activeJobs.submitted(clusterGuid, submitted);
  await services.state.activeJobs.release(clusterGuid, unwanted);
  // What was deleted holds nothing, and nobody else will come for it.
  await services.state.activeJobs.removeRuns(clusterGuid, gone);
  const refused = [...prepared, ...answered].filter((one) => one?.kind === "refused");
  await Promise.all(refused.map(({ run, job, reason }) => refuse(services, run, job, reason)));
  // Something happened to these jobs meanwhile: whatever their end left undone.
  await wakeRuns(services, unwanted);
}

async function prepare(services: Services, clusterGuid: string, run: ActiveRun): Promise<Prepared> {
  const job = await jobToSubmit(services, run);
  // Into another cluster's queue, too: it is found there.
  if (job === undefined || job.clusterGuid !== clusterGuid) return { kind: "gone", run };
  if (!isWanted(job, run.attempt)) return { kind: "notWanted", run };
  try {
    return { kind: "ready", run, job, task: await newTask(services, job) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    services.logger.warn("run.notPrepared", { job: job.guid, reason });
    const givenUp = isPermanent(error) || services.clock.now() - Date.parse(run.at) > longestPreparationMs;
    return givenUp ? { kind: "refused", run, job, reason } : { kind: "later", run };
  }
}

/**
 * Most often the job was made here a moment ago. That it still wants its run, the row says that made it `submitting`: whoever ends or
 * deletes the job meanwhile waits for the task (docs/adr/0022-runs-go-in-batches.md), as he would after a read.
 */
async function jobToSubmit(services: Services, { ref, jobGuid: guid, attempt }: ActiveRun) {
  const seen = services.state.jobs.seen(ref);
  const isThis = seen?.guid === guid && isWanted(seen, attempt);
  return isThis ? seen : currentJob(services, { ref, guid });
}

function isPermanent(error: unknown): boolean {
  return (error instanceof AppError && !error.retryable) || error instanceof z.ZodError;
}

function isWanted(job: JobDocument, attempt: number): boolean {
  return job.executionState === "queued" && job.provisioningState === "succeeded" && job.attempt === attempt;
}

/** The Batch job is on its way out (its cluster was deleted a moment ago) or could not be seen yet. */
const comesBack = new Set(["JobBeingDeleted", "JobBeingTerminated", "JobCompleted", "JobNotFound"]);

/** An answer for each task. A Batch job that does not exist yet is made. */
async function addTasks(
  services: Services,
  clusterGuid: string,
  priority: Priority,
  tasks: readonly NewBatchTask[],
): Promise<readonly TaskAnswer[]> {
  if (tasks.length === 0) return [];
  const id = batchJobId(clusterGuid, priority);
  let answers = await services.batch.addTasks(id, tasks);
  if ("kind" in answers && answers.code === "JobNotFound") {
    const place = await services.batch.ensureJob({
      id,
      poolId: poolId(clusterGuid),
      priority: batchPriority[priority],
      owner: services.settings.owner,
    });
    if (place.kind !== "ready") return tasks.map(() => ({ kind: "later", code: place.kind }));
    answers = await services.batch.addTasks(id, tasks);
  }
  if (!("kind" in answers)) return answers;
  const all: TaskAnswer = comesBack.has(answers.code) ? { kind: "later", code: answers.code } : answers;
  return tasks.map(() => all);
}

/** The job ends with the reason that its run could not be submitted for. */
async function refuse(services: Services, run: ActiveRun, job: JobDocument, reason: string): Promise<void> {
  const { losses, executionState } = job;
  const terminateRequested = executionState === "terminating";
  const outcome = decideOutcome({ losses, terminateRequested }, { kind: "refused", reason });
  const identity = { ref: run.ref, guid: run.jobGuid };
  const end = { job: identity, attempt: run.attempt, cause: "refused" };
  const recorded = await recordEnd(services, { ...end, outcome });
  if (recorded.kind === "recorded" && recorded.job !== undefined)
    await cleanUp(services, recorded.job, recorded.terminated);
}
