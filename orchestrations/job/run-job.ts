// One job from its submission to its end. Level-triggered: every round looks at the document and the task and does what
// is missing, so that a crash, a lost hint or a repeated start changes nothing but the time it takes.
import type { z } from "zod";
import { ensureMonitor } from "../../contracts/cluster-activities.ts";
import { changed } from "../../contracts/instances.ts";
import {
  closeRun,
  lookAtJob,
  readLauncherResult,
  recordOutcome,
  recordRequeued,
  recordStarted,
  stageRun,
  stopRun,
  submitRun,
} from "../../contracts/job-activities.ts";
import type { JobView } from "../../contracts/job-activities.ts";
import { runJobFlow } from "../../contracts/orchestrations.ts";
import { decideOutcome } from "../../domain/job/outcome.ts";
import type { RunEnd } from "../../domain/job/outcome.ts";
import { ActivityFailedError, call } from "../lib/call.ts";
import type { OrchestrationContext, Steps } from "../lib/call.ts";
import { continueAsNew, defineOrchestration } from "../lib/define-orchestration.ts";
import { pause, waitFor } from "../lib/wait.ts";
import { nextStep } from "./next-step.ts";

type Input = z.output<typeof runJobFlow.input>;

/** Rounds in one execution, so that its history stays short. */
const roundsPerExecution = 40;
/** How long to wait before asking Batch again for something it cannot give now. */
const laterMs = 10_000;

export const runJob = defineOrchestration(runJobFlow, function* (context, input) {
  for (let round = 0; round < roundsPerExecution; round += 1) {
    const view = yield* call(context, lookAtJob, { job: input.job });
    if (view.kind === "gone") return undefined;
    if (view.kind === "finished") return yield* call(context, closeRun, { job: input.job });
    const went = yield* guardedStep(context, input, view);
    if (went === "ended") return undefined;
    if (went === "again") continue;
    const waited = yield* waitFor(context, changed, input.safetyIntervalMs);
    if (waited.kind === "timeout") {
      yield* call(context, ensureMonitor, { cluster: view.cluster });
      break;
    }
  }
  continueAsNew(context, input);
  return undefined;
});

/** A step that can never succeed ends the job and says why; a job must not wait for ever for nothing. */
function* guardedStep(
  context: OrchestrationContext,
  input: Input,
  view: JobView,
): Steps<"wait" | "again" | "ended"> {
  try {
    return yield* takeStep(context, input, view);
  } catch (error) {
    if (!(error instanceof ActivityFailedError)) throw error;
    yield* end(context, { job: input.job, attempt: view.attempt }, view, {
      kind: "refused",
      reason: error.message,
    });
    return "again";
  }
}

/** `wait`: nothing to do until something changes; `again`: look once more at once. */
function* takeStep(
  context: OrchestrationContext,
  { job }: Input,
  view: JobView,
): Steps<"wait" | "again" | "ended"> {
  const run = { job, attempt: view.attempt };
  const step = nextStep(view);
  switch (step.kind) {
    case "wait":
      return "wait";
    case "submit":
      return yield* submit(context, run, view);
    case "started":
      yield* call(context, recordStarted, { ...run, startTime: step.startTime });
      return "wait";
    case "requeued":
      yield* call(context, recordRequeued, run);
      return "wait";
    case "halt":
      if (step.stop) yield* call(context, stopRun, run);
      return "ended";
    case "end":
      if (step.stop) yield* call(context, stopRun, run);
      yield* end(context, run, view, step.end);
      return "again";
  }
}

type Run = z.output<typeof stageRun.input>;

function* submit(context: OrchestrationContext, run: Run, view: JobView): Steps<"wait" | "again"> {
  yield* call(context, stageRun, run);
  const answer = yield* call(context, submitRun, run);
  if (answer.kind === "refused") {
    yield* end(context, run, view, { kind: "refused", reason: answer.reason });
    return "again";
  }
  if (answer.kind === "later") {
    yield* pause(context, laterMs);
    return "again";
  }
  yield* call(context, ensureMonitor, { cluster: view.cluster });
  return "wait";
}

function* end(context: OrchestrationContext, run: Run, view: JobView, runEnd: RunEnd): Steps<void> {
  const known = runEnd.kind === "taskCompleted" ? yield* withLauncherResult(context, run, runEnd) : runEnd;
  const outcome = decideOutcome(
    { losses: view.losses, terminateRequested: view.executionState === "terminating" },
    known,
  );
  yield* call(context, recordOutcome, {
    ...run,
    outcome: outcome.kind === "failed" ? { ...outcome, errors: [...outcome.errors] } : outcome,
    cause: runEnd.kind,
    startTime: view.task?.startTime,
    endTime: view.task?.endTime,
  });
}

/** A run that failed left word of why, beside its exit code. */
function* withLauncherResult(
  context: OrchestrationContext,
  run: Run,
  runEnd: Extract<RunEnd, { kind: "taskCompleted" }>,
): Steps<RunEnd> {
  if (runEnd.task.exitCode === 0) return runEnd;
  const { result } = yield* call(context, readLauncherResult, run);
  const launcher = result === undefined ? undefined : { ...result, exitCode: result.exitCode };
  return { ...runEnd, task: { ...runEnd.task, launcher } };
}
