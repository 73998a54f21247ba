// What happened to a run, into the job's document: started, put back into the queue, ended. Each is one guarded write
// with its event, and repeating it changes nothing.
import { recordOutcome, recordRequeued, recordStarted } from "../../contracts/job-activities.ts";
import { isFinished } from "../../domain/job/machine.ts";
import { endedRun, startedJob } from "../../domain/job/rules.ts";
import type { JobDocument } from "../../domain/job/schema.ts";
import { timestamp } from "../../services/clock.ts";
import type { Change } from "../../services/state.ts";
import { defineActivity } from "../lib/define-activity.ts";
import { service, updateJob } from "../lib/documents.ts";

const hasStarted = "the task started";
const wentBack = "the task went back to the queue: its node was lost or taken away";

export const started = defineActivity(recordStarted, async (services, { job, attempt, startTime }) => {
  const time = timestamp(services.clock);
  const begun = new Date(startTime);
  const step = () =>
    updateJob(
      services,
      job,
      (current) => {
        if (current.attempt !== attempt) return current;
        const known = current.executionInfo.startTime === begun.toISOString();
        if (current.executionState === "running" && !known) return requeued(current, time);
        return startedJob(current, begun, new Date(time));
      },
      (before, after) =>
        describe(time, before.executionState === "queued" ? hasStarted : wentBack)(before, after),
    );
  const found = await step();
  // Batch may start a task again so quickly that nobody saw it wait; it still went back to the queue first.
  if (found?.executionState === "queued" && found.attempt === attempt) await step();
  return undefined;
});

export const putBack = defineActivity(recordRequeued, async (services, { job, attempt }) => {
  const time = timestamp(services.clock);
  await updateJob(
    services,
    job,
    (current) =>
      current.attempt === attempt && current.executionState === "running" ? requeued(current, time) : current,
    describe(time, wentBack),
  );
  return undefined;
});

export const ended = defineActivity(
  recordOutcome,
  async (services, { job, attempt, outcome, cause, ...times }) => {
    const time = timestamp(services.clock);
    await updateJob(
      services,
      job,
      (current) => {
        if (current.attempt !== attempt || isFinished(current.executionState)) return current;
        const known =
          outcome.kind !== "failed"
            ? outcome
            : {
                kind: outcome.kind,
                errors: outcome.errors,
                ...(outcome.exitCode === undefined ? {} : { exitCode: outcome.exitCode }),
              };
        return endedRun(
          current,
          known,
          { startTime: dateOf(times.startTime), endTime: dateOf(times.endTime) },
          new Date(time),
        );
      },
      describe(time, cause),
    );
    return undefined;
  },
);

/** Batch runs the same task again by itself: the run keeps its number, the loss is counted. */
function requeued(job: JobDocument, now: string): JobDocument {
  const losses = { ...job.losses, preemptions: job.losses.preemptions + 1 };
  const queued = endedRun(job, { kind: "retry", losses }, {}, new Date(now));
  return { ...queued, attempt: job.attempt };
}

function describe(time: string, cause: string) {
  return (_before: JobDocument, { spec }: JobDocument): Change => ({
    time,
    actor: service,
    cause,
    link: spec.cluster.id,
  });
}

function dateOf(time: string | undefined): Date | undefined {
  return time === undefined ? undefined : new Date(time);
}
