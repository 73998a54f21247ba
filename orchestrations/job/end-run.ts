// The end of a run: what it means, and into the records with it, once its output had time to be read.
import { readLauncherResult, recordOutcome } from "../../contracts/job-activities.ts";
import type { JobView } from "../../contracts/job-activities.ts";
import { changed } from "../../contracts/instances.ts";
import { decideOutcome } from "../../domain/job/outcome.ts";
import type { RunEnd } from "../../domain/job/outcome.ts";
import { call } from "../lib/call.ts";
import type { OrchestrationContext, Steps } from "../lib/call.ts";
import { listenTo } from "../lib/wait.ts";
import type { RunInput } from "./run-job.ts";

/**
 * Waits until the output has been complete for a while: readers that follow a file stop as soon as they see the job
 * finished, without a last read. The nodes are free meanwhile. False when something else happened first.
 */
export function* outputSettled(
  context: OrchestrationContext,
  input: RunInput,
  endTime: string | undefined,
): Steps<boolean> {
  if (endTime === undefined) return true;
  const leftMs = Date.parse(endTime) + input.outputGraceMs - context.df.currentUtcDateTime.getTime();
  // The times are Batch's and ours: no difference between the two clocks may make this longer.
  if (leftMs <= 0) return true;
  const waited = yield* listenTo(context, changed).wait(Math.min(leftMs, input.outputGraceMs));
  return waited.kind === "timeout";
}

export function* endRun(
  context: OrchestrationContext,
  { job }: RunInput,
  view: Pick<JobView, "attempt" | "executionState" | "losses" | "task">,
  runEnd: RunEnd,
  endTime = view.task?.endTime,
): Steps<void> {
  const run = { job, attempt: view.attempt };
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
    endTime,
  });
}

/** A run that failed left word of why, beside its exit code. */
function* withLauncherResult(
  context: OrchestrationContext,
  run: { readonly job: RunInput["job"]; readonly attempt: number },
  runEnd: Extract<RunEnd, { kind: "taskCompleted" }>,
): Steps<RunEnd> {
  if (runEnd.task.exitCode === 0) return runEnd;
  const { result } = yield* call(context, readLauncherResult, run);
  const launcher = result === undefined ? undefined : { ...result, exitCode: result.exitCode };
  return { ...runEnd, task: { ...runEnd.task, launcher } };
}
