// What happened to a run, into the job's document: started, put back into the queue, ended. Each is one guarded write
// with its event; what follows from it is the caller's. Repeating it changes nothing.
import { service } from "../../application/caller.ts";
import type { z } from "zod";
import type { recordOutcome, recordStarted, requeueRun } from "../../contracts/job-activities.ts";
import { onNodes } from "../../domain/job/attempts.ts";
import { isFinished } from "../../domain/job/machine.ts";
import { endedRun, requeuedRun, startedJob, uncountedRequeues, returnedRun } from "../../domain/job/rules.ts";
import type { JobDocument } from "../../domain/job/schema.ts";
import { timestamp } from "../../services/clock.ts";
import type { Services } from "../../services/services.ts";
import type { Change } from "../../services/state.ts";
import { updateJob } from "../lib/documents.ts";

const hasStarted = "the task started";
const wentBack = "the task went back to the queue: its node was lost or taken away";

/** Takes the start of a run's task into the job's document, and before it the starts that nobody saw. */
export async function recordStart(
  services: Services,
  { job, attempt, startTime, requeueCount = 0, nodes = [] }: z.output<typeof recordStarted.input>,
): Promise<void> {
  const time = timestamp(services.clock);
  const now = new Date(time);
  const begun = new Date(startTime);
  const step = () =>
    updateJob(
      services,
      job,
      (current) => {
        if (current.attempt !== attempt) return current;
        const known = current.executionInfo.startTime === begun.toISOString();
        const startedAnew = current.executionState === "running" && !known;
        if (startedAnew) return requeuedRun(current, requeueCount, 1, now);
        if (uncountedRequeues(current, requeueCount) > 0) return requeuedRun(current, requeueCount, 0, now);
        const started = startedJob(current, begun, now);
        return started === current ? current : onNodes(started, nodes);
      },
      (before, after) =>
        describe(time, after.executionState === "running" ? hasStarted : wentBack)(before, after),
    );
  const found = await step();
  // Batch may start a task again so quickly that nobody saw it wait; it still went back to the queue first.
  if (found?.executionState === "queued" && found.attempt === attempt) await step();
}

/** Takes the run back into the queue. @returns the job as it is now. */
export function recordRequeue(
  services: Services,
  { job, attempt, hadStarted, requeueCount = 0 }: z.output<typeof requeueRun.input>,
): Promise<JobDocument | undefined> {
  const time = timestamp(services.clock);
  return updateJob(
    services,
    job,
    (current) => {
      if (current.attempt !== attempt || current.executionState === "terminating") return current;
      return returnedRun(current, { hadStarted, requeueCount }, new Date(time));
    },
    describe(time, wentBack),
  );
}

type RecordedEnd =
  | { readonly kind: "heldBack"; readonly ms: number }
  | {
      readonly kind: "recorded";
      /** As it is now; absent when the job does not exist any more. */
      readonly job: JobDocument | undefined;
      /** Somebody may wait for the end of a termination. */
      readonly terminated: boolean;
    };

/** Takes the end of a run into the job's document; what follows from it is the caller's. */
export async function recordEnd(
  services: Services,
  end: z.output<typeof recordOutcome.input>,
): Promise<RecordedEnd> {
  const { job, attempt, outcome, cause, outputSettled, requeueCount, nodes = [], ...times } = end;
  const time = timestamp(services.clock);
  // The runs before that Batch made of this one by itself, where nobody saw them.
  if (requeueCount !== undefined && times.startTime !== undefined)
    await recordStart(services, { job, attempt, startTime: times.startTime, requeueCount, nodes });
  let heldBackMs = 0;
  // Unless this very call ends the job, nobody knows whether a termination waits for it.
  let terminated = true;
  const after = await updateJob(
    services,
    job,
    (current) => {
      heldBackMs = 0;
      terminated = current.executionState === "terminating" || isFinished(current.executionState);
      if (current.attempt !== attempt || isFinished(current.executionState)) return current;
      heldBackMs = outputSettled === true ? 0 : readersNeedMs(services, current, times);
      if (heldBackMs > 0) return current;
      return endedRun(
        current.nodes === undefined ? onNodes(current, nodes) : current,
        outcome,
        { startTime: dateOf(times.startTime), endTime: dateOf(times.endTime) },
        new Date(time),
      );
    },
    describe(time, cause),
  );
  if (heldBackMs > 0) return { kind: "heldBack", ms: heldBackMs };
  return { kind: "recorded", job: after, terminated };
}

/**
 * How long the end stays unshown for readers that stop as soon as they see it, without a last read (docs/adr/0015). A job
 * that is being deleted is shown to nobody.
 */
function readersNeedMs(
  { clock, settings }: Services,
  job: JobDocument,
  { startTime, endTime }: { readonly startTime?: string | undefined; readonly endTime?: string | undefined },
): number {
  if (job.outputRead !== true || job.provisioningState === "deleting") return 0;
  if (startTime === undefined || endTime === undefined) return 0;
  const leftMs = Date.parse(endTime) + settings.outputGraceMs - clock.now();
  // The times are Batch's and ours: no difference between the two clocks may make this longer.
  return Math.min(Math.max(0, leftMs), settings.outputGraceMs);
}

/** The job waits for the run after this one. */
export function isQueuedAfter(job: JobDocument | undefined, attempt: number): job is JobDocument {
  return (
    job?.executionState === "queued" && job.attempt === attempt + 1 && job.provisioningState !== "deleting"
  );
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
