// One run of a job, from free nodes to its end; a job that waits for nodes has no run. Level-triggered: what wakes it may
// carry the news, but without news it looks at the document and the task and does what is missing, so that a crash, a
// lost hint or a repeated start changes nothing but the time it takes.
import type { z } from "zod";
import { ensureMonitor } from "../../contracts/cluster-activities.ts";
import { changed } from "../../contracts/instances.ts";
import {
  closeRun,
  lookAtJob,
  recordStarted,
  RunNews,
  stopRun,
  submitRun,
  withdrawRun,
} from "../../contracts/job-activities.ts";
import type { JobView, TaskSnapshot } from "../../contracts/job-activities.ts";
import { runJobFlow } from "../../contracts/orchestrations.ts";
import { ActivityFailedError, call } from "../lib/call.ts";
import type { OrchestrationContext, Steps } from "../lib/call.ts";
import { continueAsNew, defineOrchestration } from "../lib/define-orchestration.ts";
import { listenTo, pause } from "../lib/wait.ts";
import { endRun } from "./end-run.ts";
import { nextStep } from "./next-step.ts";

/** How long to wait before asking Batch again for something it cannot give now. */
const laterMs = 10_000;

export type RunInput = z.output<typeof runJobFlow.input>;
type Wake = RunNews | { readonly kind: "look" } | { readonly kind: "overdue" };
/** `wait`: nothing to do until something changes; `again`: look once more at once. */
export type Went = "wait" | "again" | "ended";

/** Rounds in one execution, so that its history stays short. */
const roundsPerExecution = 40;

export const runJob = defineOrchestration(runJobFlow, function* (context, input) {
  let wake: Wake = input.news ?? { kind: "look" };
  let granted = grantedBy(wake);
  const hints = listenTo(context, changed);
  for (let round = 0; round < roundsPerExecution; round += 1) {
    const went: Went = yield* guarded(context, input, wake, granted);
    if (went === "ended") return undefined;
    if (went === "again") {
      wake = { kind: "look" };
      continue;
    }
    const waited = yield* hints.wait(input.safetyIntervalMs);
    wake = waited.kind === "timeout" ? { kind: "overdue" } : wakeOf(waited.data);
    granted = grantedBy(wake) ?? granted;
  }
  const { news: _, ...rest } = input;
  continueAsNew(
    context,
    granted === undefined ? rest : { ...rest, news: { kind: "nodesFree", attempt: granted } },
  );
  return undefined;
});

function wakeOf(data: unknown): Wake {
  const news = RunNews.safeParse(data);
  return news.success ? news.data : { kind: "look" };
}

/** The run that the queue has given nodes to. */
function grantedBy(wake: Wake): number | undefined {
  return wake.kind === "nodesFree" ? wake.attempt : undefined;
}

/** A step that can never succeed ends the job and says why; a job must not wait for ever for nothing. */
function* guarded(
  context: OrchestrationContext,
  input: RunInput,
  wake: Wake,
  granted: number | undefined,
): Steps<Went> {
  try {
    return yield* react(context, input, wake, granted);
  } catch (error) {
    if (!(error instanceof ActivityFailedError)) throw error;
    return yield* refuse(context, input, error.message);
  }
}

function* refuse(context: OrchestrationContext, input: RunInput, reason: string): Steps<Went> {
  const view = yield* call(context, lookAtJob, { job: input.job });
  if (view.kind === "unfinished") yield* endRun(context, input, view, { kind: "refused", reason });
  return "again";
}

function* react(
  context: OrchestrationContext,
  input: RunInput,
  wake: Wake,
  granted: number | undefined,
): Steps<Went> {
  const { job } = input;
  if (wake.kind === "nodesFree") return yield* submit(context, input, wake.attempt);
  if (wake.kind === "task") {
    const known = yield* knownTask(context, input, wake.attempt, wake.task);
    if (known !== undefined) return known;
  }
  const view = yield* call(context, lookAtJob, { job });
  if (view.kind === "gone") return "ended";
  if (view.kind === "finished") {
    yield* call(context, closeRun, { job });
    return "ended";
  }
  return yield* takeStep(context, input, view, wake.kind === "overdue", granted);
}

function* submit(context: OrchestrationContext, input: RunInput, attempt: number): Steps<Went> {
  const answer = yield* call(context, submitRun, { job: input.job, attempt });
  if (answer.kind === "refused") return yield* refuse(context, input, answer.reason);
  if (answer.kind === "later") yield* pause(context, laterMs);
  return answer.kind === "submitted" ? "wait" : "again";
}

/** News that say all there is to know: a task that started, one that succeeded. Anything else needs a look. */
function* knownTask(
  context: OrchestrationContext,
  input: RunInput,
  attempt: number,
  task: TaskSnapshot,
): Steps<Went | undefined> {
  const run = { job: input.job, attempt };
  if (task.state === "running" && task.startTime !== undefined) {
    yield* call(context, recordStarted, { ...run, startTime: task.startTime });
    return "wait";
  }
  if (task.state !== "completed" || task.exitCode !== 0 || task.failure !== undefined) return undefined;
  const view = { attempt, executionState: "running" as const, losses: noLosses, task };
  const shown = yield* endRun(context, input, view, { kind: "taskCompleted", task: { exitCode: 0 } });
  return shown ? "ended" : "again";
}

/** Losses play no part in a success. */
const noLosses = { preemptions: 0, resizes: 0, nodeFaults: 0 };

function* takeStep(
  context: OrchestrationContext,
  input: RunInput,
  view: JobView,
  overdue: boolean,
  granted: number | undefined,
): Steps<Went> {
  const run = { job: input.job, attempt: view.attempt };
  const step = nextStep(view, overdue);
  switch (step.kind) {
    case "wait":
      if (overdue) yield* call(context, ensureMonitor, { cluster: view.cluster });
      return "wait";
    case "start":
      // Until it has nodes, a job needs nobody who waits for it.
      if (granted !== view.attempt) return overdue ? "ended" : "wait";
      return yield* submit(context, input, view.attempt);
    case "started":
      yield* call(context, recordStarted, { ...run, startTime: step.startTime });
      return "wait";
    case "withdraw":
      yield* call(context, withdrawRun, { ...run, hadStarted: step.hadStarted });
      return "wait";
    case "halt":
      if (step.stop) yield* call(context, stopRun, run);
      return "ended";
    case "end": {
      if (step.stop) yield* call(context, stopRun, run);
      const endTime = step.stop ? context.df.currentUtcDateTime.toISOString() : view.task?.endTime;
      yield* endRun(context, input, view, step.end, endTime);
      return "again";
    }
  }
}
