// What the end of an attempt means: success, another try, or failure, and what the exit conditions say about dependants
// and the job. Pure. Sources: "Task - Add Task" (TaskConstraints, ExitConditions), "Error handling and detection".
import type { LaunchEnd } from "../../agent/executor.ts";
import type { ExitOptions, TaskSpec } from "../../schema/task-spec.ts";
import type { FailureInfo } from "../entities/model.ts";

export interface AttemptResult {
  readonly exitCode: number | undefined;
  readonly failure: FailureInfo | undefined;
  /** Which exit condition applies besides the exit code. */
  readonly phase: "ran" | "preProcessing" | "upload";
}

export const endedByUser: FailureInfo = {
  category: "UserError",
  code: "TaskEnded",
  message: "Task Was Ended by User Request",
};

/** The exit code reported for a task that was killed for its wall clock: 128 + SIGKILL. */
export const wallClockExitCode = 137;
/** And of one that had to be killed because what supervised it had ended. */
const abortedExitCode = 137;
const wallClockFailure: FailureInfo = {
  category: "UserError",
  code: "MaxWallClockTimeExceeded",
  message: "Task exceeded its maximum wall clock time",
  details: [{ name: "Message", value: "The task exceeded its wall clock time" }],
};

/** By a request, or at the end of the task's time: its exit code is none of its own, and no exit condition is about it. */
export function isEndedByService(failure: FailureInfo | undefined): boolean {
  return failure?.code === endedByUser.code || failure?.code === wallClockFailure.code;
}

/** How an attempt ended, in the service's words; undefined when the process was lost and the task must be requeued. */
export function attemptResult(end: LaunchEnd, timedOut: boolean): AttemptResult | undefined {
  if (timedOut) return { exitCode: wallClockExitCode, failure: wallClockFailure, phase: "ran" };
  switch (end.kind) {
    case "exited":
      if (end.exitCode !== 0)
        return { exitCode: end.exitCode, failure: exitCodeFailure(end.exitCode), phase: "ran" };
      return end.uploadFailure === undefined
        ? { exitCode: 0, failure: undefined, phase: "ran" }
        : { exitCode: 0, failure: end.uploadFailure, phase: "upload" };
    case "failed":
      return { exitCode: undefined, failure: end.failure, phase: "preProcessing" };
    case "aborted":
      return { exitCode: abortedExitCode, failure: end.failure, phase: "ran" };
    case "killed":
    case "lost":
      return undefined;
  }
}

export function exitCodeFailure(exitCode: number): FailureInfo {
  return {
    category: "UserError",
    code: "FailureExitCode",
    message: "The task exited with an exit code representing a failure",
    details: [{ name: "Message", value: `The task exited with exit code ${exitCode}` }],
  };
}

/** Only a non-zero exit code is tried again; -1 retries without end. */
export function shouldRetry(
  result: AttemptResult,
  retries: number,
  limit: number,
  timedOut: boolean,
): boolean {
  if (timedOut || result.phase !== "ran" || result.exitCode === 0 || result.exitCode === undefined)
    return false;
  return limit === -1 || retries < limit;
}

/** What applies to dependants and the job after the last attempt. */
export function exitActions(
  spec: TaskSpec,
  result: AttemptResult,
): { dependency: "satisfy" | "block"; job: "none" | "disable" | "terminate" } {
  const chosen = exitOptions(spec, result);
  const failed = result.failure !== undefined;
  return {
    dependency: chosen?.dependencyAction ?? (failed ? "block" : "satisfy"),
    job: chosen?.jobAction ?? (failed ? "terminate" : "none"),
  };
}

function exitOptions(spec: TaskSpec, result: AttemptResult): ExitOptions | undefined {
  const conditions = spec.exitConditions;
  if (conditions === undefined) return undefined;
  if (result.phase === "preProcessing") return conditions.preProcessingError ?? conditions.default;
  const code = result.exitCode;
  const listed =
    conditions.exitCodes?.find((one) => one.code === code)?.exitOptions ??
    conditions.exitCodeRanges?.find((one) => code !== undefined && one.start <= code && code <= one.end)
      ?.exitOptions;
  if (listed !== undefined) return listed;
  if (result.phase === "upload" && conditions.fileUploadError !== undefined)
    return conditions.fileUploadError;
  return code === 0 && result.phase === "ran" ? undefined : conditions.default;
}
