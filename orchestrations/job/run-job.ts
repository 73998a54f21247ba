// What is out of the ordinary in the life of a job: a lost node, a termination, a deletion, a cluster that goes away, readers
// that need time. All else its cluster's monitor does. Reads the document and the task, does what is
// missing, reads again until nothing is, and ends; so that a crash, a lost signal or a repeated start changes nothing but the
// time it takes.
import type { z } from "zod";
import { changed } from "../../contracts/instances.ts";
import {
  askToStop,
  claimRun,
  closeRun,
  readJob,
  recordStarted,
  stopRun,
  requeueRun,
} from "../../contracts/job-activities.ts";
import { runJobOrchestration } from "../../contracts/orchestrations.ts";
import { nextStep } from "../../domain/job/next-step.ts";
import type { Step } from "../../domain/job/next-step.ts";
import type { JobView } from "../../domain/job/view.ts";
import { backoff } from "../lib/backoff.ts";
import { ActivityFailedError, call } from "../lib/call.ts";
import type { OrchestrationContext, Steps } from "../lib/call.ts";
import { continueAsNew, defineOrchestration, note } from "../lib/define-orchestration.ts";
import { listenTo } from "../lib/wait.ts";
import type { Listener } from "../lib/wait.ts";
import { endRun, nodesOf, startedAnew } from "./end-run.ts";

export type RunInput = z.output<typeof runJobOrchestration.input>;
/** `again`: read once more at once; `later`: in a while; `done`: nothing is missing. */
type Went = "again" | "later" | "done";

/** Reads in one execution, so that its history stays short. */
const roundsPerExecution = 40;
/** Before the end, so that a signal of the last moment is heard. */
const lastWordMs = 200;
/** Between two looks at a run that was asked to stop. */
const stopPollMs = 1_000;

export const runJob = defineOrchestration(runJobOrchestration, function* (context, input) {
  const signals = listenTo(context, changed);
  for (let round = 0; round < roundsPerExecution; round += 1) {
    const went = yield* guarded(context, input, signals, input.overdue === true && round === 0);
    if (went === "later") yield* signals.wait(backoff(round));
    if (went !== "done") continue;
    note(context, { ending: true });
    if ((yield* signals.wait(lastWordMs)).kind === "timeout") return undefined;
    note(context, { ending: false });
  }
  continueAsNew(context, { job: input.job });
  return undefined;
});

/** A step that can never succeed ends the job and says why; a job must not wait for ever for nothing. */
function* guarded(
  context: OrchestrationContext,
  input: RunInput,
  signals: Listener,
  overdue: boolean,
): Steps<Went> {
  try {
    return yield* react(context, input, signals, overdue);
  } catch (error) {
    if (!(error instanceof ActivityFailedError)) throw error;
    const view = yield* call(context, readJob, { job: input.job });
    if (view.kind === "unfinished")
      yield* endRun(context, input, signals, view, { kind: "refused", reason: error.message });
    return "again";
  }
}

function* react(
  context: OrchestrationContext,
  input: RunInput,
  signals: Listener,
  overdue: boolean,
): Steps<Went> {
  const { job } = input;
  let view = yield* call(context, readJob, { job });
  if (view.kind === "unfinished" && needsClaim(view, nextStep(view, overdue))) {
    const { claimed } = yield* call(context, claimRun, { job });
    if (!claimed) return "later";
    view = yield* call(context, readJob, { job });
    // The reason is gone, and with it the claim: the job waits again.
    if (view.kind === "unfinished" && nextStep(view, overdue).kind === "wait") {
      yield* call(context, requeueRun, { job, attempt: view.attempt, hadStarted: false });
      return "done";
    }
  }
  if (view.kind === "gone") return "done";
  if (view.kind === "unfinished") return yield* takeStep(context, input, signals, view, overdue);
  yield* call(context, closeRun, { job });
  return "done";
}

/** What ends without a task, or with one that goes away for good, must not be given one any more. */
function needsClaim({ task, deleting }: JobView, { kind }: Step): boolean {
  return (kind === "end" || kind === "halt") && (deleting || task === undefined);
}

function* takeStep(
  context: OrchestrationContext,
  input: RunInput,
  signals: Listener,
  view: JobView,
  overdue: boolean,
): Steps<Went> {
  const run = { job: input.job, attempt: view.attempt };
  const step = nextStep(view, overdue);
  switch (step.kind) {
    case "wait":
      return "done";
    case "started":
      yield* call(context, recordStarted, {
        ...run,
        startTime: step.startTime,
        ...startedAnew(view),
        ...nodesOf(view),
      });
      return "done";
    case "requeue":
      // Once is what the word itself says.
      yield* call(context, requeueRun, { ...run, hadStarted: step.hadStarted, ...startedAnew(view, 1) });
      return "done";
    case "askToStop":
      yield* call(context, askToStop, step.request === "stop" ? run : { ...run, request: step.request });
      yield* signals.wait(stopPollMs);
      return "again";
    case "halt":
      if (step.stop) yield* call(context, stopRun, run);
      return "done";
    case "end": {
      if (step.stop) yield* call(context, stopRun, run);
      const endTime = step.stop ? context.df.currentUtcDateTime.toISOString() : view.task?.endTime;
      yield* endRun(context, input, signals, view, step.end, endTime);
      return "again";
    }
  }
}
