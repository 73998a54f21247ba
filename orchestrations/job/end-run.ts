// The end of a run: what it means, and into the records with it, once its output had time to be read.
import { readLauncherResult, recordOutcome } from "../../contracts/job-activities.ts";
import { decideOutcome } from "../../domain/job/outcome.ts";
import type { RunEnd } from "../../domain/job/outcome.ts";
import type { JobView } from "../../domain/job/view.ts";
import { call } from "../lib/call.ts";
import type { OrchestrationContext, Steps } from "../lib/call.ts";
import type { Listener } from "../lib/wait.ts";
import type { RunInput } from "./run-job.ts";

/** Between two looks at the nodes of a gang, one of which may be lost. */
const lossPollMs = 5_000;

/** Ends the run, or lets readers of its output, or Batch, have their time first; what happens meanwhile cuts that short. */
export function* endRun(
  context: OrchestrationContext,
  { job }: RunInput,
  signals: Listener,
  view: JobView,
  runEnd: RunEnd,
  endTime = view.task?.endTime,
): Steps<void> {
  const run = { job, attempt: view.attempt };
  const known = runEnd.kind === "taskCompleted" ? yield* withLauncherResult(context, run, runEnd) : runEnd;
  if (known === "unheard") {
    yield* signals.wait(lossPollMs);
    return;
  }
  const outcome = decideOutcome(
    {
      losses: view.losses,
      retries: view.retries,
      moves: view.moves,
      terminateRequested: view.executionState === "terminating",
    },
    known,
  );
  const end = {
    ...run,
    outcome,
    cause: runEnd.kind,
    startTime: view.task?.startTime,
    endTime,
    ...startedAnew(view),
    ...nodesOf(view),
  };
  const answer = yield* call(context, recordOutcome, end);
  if (answer.kind === "recorded") return;
  const waited = yield* signals.wait(answer.ms);
  if (waited.kind === "timeout") yield* call(context, recordOutcome, { ...end, outputSettled: true });
}

/** The first of its nodes; of the others only who asks Batch knows. */
export function nodesOf({ task }: JobView): { nodes?: string[] } {
  return task?.nodeId === undefined ? {} : { nodes: [task.nodeId] };
}

/** How often Batch says that it started the run's task anew, where that is more than `known`. */
export function startedAnew({ task }: JobView, known = 0): { requeueCount?: number } {
  return task === undefined || task.requeueCount <= known ? {} : { requeueCount: task.requeueCount };
}

/** A run that failed left word of why, beside its exit code; of a gang Batch says, too, what became of its nodes. */
function* withLauncherResult(
  context: OrchestrationContext,
  run: { readonly job: RunInput["job"]; readonly attempt: number },
  runEnd: Extract<RunEnd, { kind: "taskCompleted" }>,
): Steps<RunEnd | "unheard"> {
  if (runEnd.task.exitCode === 0) return runEnd;
  const { result, loss } = yield* call(context, readLauncherResult, run);
  if (loss === "unheard") return loss;
  return { ...runEnd, task: { ...runEnd.task, launcher: result, loss } };
}
