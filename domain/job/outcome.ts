// What an ended run of a job means: success, failure with the error the contract names, or another run. Decided from
// positive evidence only; "nothing heard" is not an event. Losses are counted apart by cause, and only node faults are
// limited.
import { z } from "zod";
import { BatchAIError } from "../shared/batch-ai-error.ts";
import type { LauncherResult } from "../launch/result.ts";
import { reservedExits } from "../launch/result.ts";
import { RetryCause } from "./attempt.ts";
import { containerRemedy } from "./container-failure.ts";
import { jobFailure } from "./failure.ts";
import type { TaskSnapshot } from "./task.ts";
import { mayRetry, tooManyNodeFaults } from "./retries.ts";
import type { Retries } from "./retries.ts";
import { LossCounters } from "./schema.ts";

/** What Azure Batch says of a completed task, and what the launcher wrote into `batchai-result`, if anything. */
export interface CompletedTask extends Pick<TaskSnapshot, "exitCode" | "failure"> {
  readonly launcher?: LauncherResult | undefined;
  /** A node was lost behind the failure of its gang (gang-loss.ts). */
  readonly loss?: "preempted" | "nodeLost" | undefined;
}

export type RunEnd =
  | { readonly kind: "taskCompleted"; readonly task: CompletedTask }
  | { readonly kind: "terminated" }
  | { readonly kind: "wallClockExceeded" }
  | { readonly kind: "clusterDeleted" }
  | { readonly kind: "refused"; readonly reason: string }
  | { readonly kind: "preempted" }
  /** Somebody asked for an eviction, to see what the job makes of it: it counts as none. */
  | { readonly kind: "rehearsed" }
  | { readonly kind: "nodeLost" }
  /** What was staged for the run was gone from storage when a node fetched it: nothing has run. */
  | { readonly kind: "filesLost" }
  /** The cluster shrank; waiting for completion never ends a run. */
  | { readonly kind: "deallocated"; readonly option: "requeue" | "terminate" };

export const Outcome = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("succeeded"), exitCode: z.literal(0) }),
  z.object({ kind: z.literal("failed"), exitCode: z.int().optional(), errors: z.array(BatchAIError) }),
  z.object({
    kind: z.literal("retry"),
    losses: LossCounters,
    cause: RetryCause,
    exitCode: z.int().optional(),
  }),
]);
export type Outcome = z.infer<typeof Outcome>;

const failed = (error: BatchAIError, exitCode?: number): Outcome => ({
  kind: "failed",
  ...(exitCode === undefined ? {} : { exitCode }),
  errors: [error],
});

/**
 * @param run `terminateRequested`: the user asked for the end before this happened, so whatever ended the run, short of
 *   success, is that.
 */
export function decideOutcome(run: EndingRun, end: RunEnd): Outcome {
  return retried(run, outcomeOf(run, end));
}

export interface EndingRun {
  readonly losses: LossCounters;
  readonly terminateRequested: boolean;
  /** As the job asks for them. */
  readonly retries?: Retries | undefined;
  /** A rehearsal of an eviction is the spot policy's, which wants it elsewhere. */
  readonly moves?: boolean | undefined;
}

/** A program or a preparation that failed, and that the job wants to be tried again. */
function retried({ losses, retries, terminateRequested }: EndingRun, outcome: Outcome): Outcome {
  if (outcome.kind !== "failed" || terminateRequested) return outcome;
  const { exitCode, errors } = outcome;
  const ofProgram = errors.some(({ code }) => code === "JobFailed" || code === "JobPreparationFailed");
  if (!ofProgram || exitCode === undefined || !mayRetry(retries, exitCode, losses.userRetries))
    return outcome;
  const counted = { ...losses, userRetries: losses.userRetries + 1 };
  return { kind: "retry", losses: counted, cause: "userRetry", exitCode };
}

function outcomeOf(run: EndingRun, end: RunEnd): Outcome {
  const { losses } = run;
  const succeeded = end.kind === "taskCompleted" && end.task.exitCode === 0 && end.task.failure === undefined;
  if (run.terminateRequested && !succeeded) return failed(jobFailure("JobTerminated"));
  switch (end.kind) {
    case "taskCompleted":
      return ofTask(end.task, run);
    case "terminated":
      return failed(jobFailure("JobTerminated"));
    case "wallClockExceeded":
      return failed(jobFailure("JobExceededMaxWallClockTime"));
    case "clusterDeleted":
      return failed(jobFailure("ClusterDeleted"));
    case "refused":
      return failed(jobFailure("JobLaunchFailed", { Info: end.reason }));
    case "preempted":
      return afterPreemption(losses);
    case "rehearsed":
      return afterRehearsal(run);
    case "deallocated":
      return afterShrinking(losses, end.option);
    case "filesLost":
      if (tooManyNodeFaults(run.retries, losses.nodeFaults)) {
        const info = "the files staged for its runs were gone from storage again and again";
        return failed(jobFailure("JobLaunchFailed", { Info: info }));
      }
      return afterNodeFault(losses, "filesLost");
    case "nodeLost":
      if (tooManyNodeFaults(run.retries, losses.nodeFaults)) {
        const runs = losses.nodeFaults === 0 ? "a run was" : `${losses.nodeFaults + 1} runs were`;
        return failed(jobFailure("JobNodeLost", { Info: `${runs} lost to faulty nodes` }));
      }
      return afterNodeFault(losses, "nodeFault");
  }
}

const afterNodeFault = (losses: LossCounters, cause: RetryCause): Outcome => ({
  kind: "retry",
  losses: { ...losses, nodeFaults: losses.nodeFaults + 1 },
  cause,
});

/** Agents since 1.11.8 have a code of their own for it (`MaxWallClockTimeExceeded`), earlier ones only a sentence. */
export function isWallClockEnd(failure: NonNullable<CompletedTask["failure"]>): boolean {
  return /wall-?clock/i.test(failure.code) || /wall clock/i.test(failure.message);
}

function afterShrinking(losses: LossCounters, option: "requeue" | "terminate"): Outcome {
  if (option === "terminate") return failed(jobFailure("JobNodeDeallocated"));
  return { kind: "retry", losses: { ...losses, resizes: losses.resizes + 1 }, cause: "resized" };
}

const afterRehearsal = ({ losses, moves }: EndingRun): Outcome => ({
  kind: "retry",
  losses,
  cause: moves === true ? "moved" : "rehearsed",
});

const afterPreemption = (losses: LossCounters): Outcome => ({
  kind: "retry",
  losses: { ...losses, preemptions: losses.preemptions + 1 },
  cause: "preempted",
});

function ofTask(task: CompletedTask, run: EndingRun): Outcome {
  const { exitCode, failure, launcher } = task;
  if (exitCode === 0 && failure === undefined) return { kind: "succeeded", exitCode: 0 };
  // Batch knows why it ended a task; the launcher only that it was told to stop.
  if (failure !== undefined && isWallClockEnd(failure))
    return failed(jobFailure("JobExceededMaxWallClockTime"));
  if (task.loss !== undefined) return outcomeOf(run, { kind: task.loss });
  if (launcher !== undefined) return ofLauncher(launcher, exitCode, run);
  if (failure !== undefined && failure.code !== "FailureExitCode") return ofFailure(failure);
  // The launcher left no word: a node other than the first could not be prepared, or the run was cut short.
  if (exitCode === reservedExits.preparationFailed) return failed(jobFailure("JobPreparationFailed"), 1);
  if (exitCode === reservedExits.fileShareMountFailed) return failed(jobFailure("AZFMountError"), -1);
  if (exitCode === reservedExits.blobMountFailed) return failed(jobFailure("BFSMountError"), -1);
  if (exitCode === reservedExits.containerFailed) return failed(jobFailure("FailedStartingContainer"), -1);
  if (exitCode === reservedExits.inputsChanged) return failed(jobFailure("JobInputsChanged"), -1);
  if (exitCode === reservedExits.outputLost) return failed(jobFailure("JobOutputLost"), 0);
  if (exitCode === undefined) return failed(jobFailure("JobLaunchFailed"));
  return failed(jobFailure("JobFailed"), exitCode);
}

function ofLauncher(launcher: LauncherResult, taskExitCode: number | undefined, run: EndingRun): Outcome {
  const { losses } = run;
  const info = launcher.detail === "" ? {} : { Info: launcher.detail };
  const lost = launcher.lost === undefined ? {} : { Lost: launcher.lost };
  const silent = launcher.silent === undefined ? {} : { Silent: launcher.silent };
  const exitCode = launcher.exitCode ?? taskExitCode;
  switch (launcher.outcome) {
    case "exited":
      if (exitCode === 0) return { kind: "succeeded", exitCode: 0 };
      return failed(jobFailure("JobFailed", { ...lost, ...silent }), exitCode);
    case "output-lost":
      return failed(jobFailure("JobOutputLost", lost), exitCode);
    case "preparation-failed":
      return failed(jobFailure("JobPreparationFailed", info), exitCode);
    case "file-share-mount-failed":
      return failed(jobFailure("AZFMountError", info), -1);
    case "blob-mount-failed":
      return failed(jobFailure("BFSMountError", info), -1);
    case "container-failed":
      return failed(jobFailure("FailedStartingContainer", ofContainer(launcher)), -1);
    case "inputs-changed":
      return failed(jobFailure("JobInputsChanged", info), -1);
    case "launch-failed":
      return failed(jobFailure("JobLaunchFailed", info), exitCode);
    case "time-over":
      return failed(jobFailure("JobExceededMaxWallClockTime"));
    case "evicted":
      return afterPreemption(losses);
    case "rehearsed":
      return afterRehearsal(run);
    case "requeued":
      return afterShrinking(losses, "requeue");
    case "deallocated":
      return afterShrinking(losses, "terminate");
    case "ended":
      return failed(jobFailure("JobFailed", info), exitCode);
  }
}

/** The engine's own words, and what helps. */
function ofContainer({ image, detail }: LauncherResult): Readonly<Record<string, string>> {
  const remedy = containerRemedy(detail);
  return {
    ...(image === undefined ? {} : { ImageName: image }),
    Info: detail,
    ...(remedy === undefined ? {} : { Remedy: remedy }),
  };
}

/** Marks of a task that Batch itself ended or could not start. */
function ofFailure(failure: NonNullable<CompletedTask["failure"]>): Outcome {
  if (failure.code === "TaskEnded") return failed(jobFailure("JobTerminated"));
  return failed(jobFailure("JobLaunchFailed", { Info: `${failure.code}: ${failure.message}` }));
}
