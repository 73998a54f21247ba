// How the end of a job becomes the end of a command: what went wrong in words, and the job's own exit code.
import type { JobResponse } from "../domain/job/wire.ts";
import type { Context } from "./command.ts";
import { notify } from "./hints.ts";
import { exitCodes } from "./output/exit-codes.ts";

/** The job's exit code; where it has none, 0 or 1 by its state. */
export function exitCodeOf(job: JobResponse): number {
  const { executionInfo, executionState } = job.properties;
  const otherwise = executionState === "succeeded" ? exitCodes.ok : exitCodes.failed;
  const code = executionInfo?.exitCode ?? otherwise;
  // A job that failed by something else than its program has that program's 0.
  return code === 0 ? otherwise : code;
}

/** The reasons of a job that failed. */
export function printErrors(job: JobResponse, context: Context): void {
  for (const { code, message, details = [] } of job.properties.executionInfo?.errors ?? []) {
    context.err(`${code}: ${message}\n`);
    for (const { name, value } of details) context.err(`  ${name}: ${value}\n`);
  }
}

/** Tells a person each state once. */
export function statePrinter(context: Context): (job: JobResponse) => void {
  let last: string | undefined;
  return ({ name, properties: { executionState } }) => {
    if (executionState !== last) notify(context, `${name}: ${executionState}`);
    last = executionState;
  };
}
