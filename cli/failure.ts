// How a command ends badly: the one place where errors become exit codes and words for a person.
import type { ApiError } from "../client/api-error.ts";
import { exitCodes } from "./output/exit-codes.ts";

/** What the person can mend; the message is all they need to see. */
export class CommandError extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode: number = exitCodes.failed, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "CommandError";
    this.exitCode = exitCode;
  }
}

export function usageError(message: string): CommandError {
  return new CommandError(message, exitCodes.usage);
}

export interface Failure {
  readonly exitCode: number;
  readonly message: string;
}

/** An error that nobody foresaw is a bug and shows its stack. */
export function failureOf(error: unknown): Failure {
  if (error instanceof CommandError) return { exitCode: error.exitCode, message: error.message };
  if (!(error instanceof Error)) return { exitCode: exitCodes.bug, message: String(error) };
  // By name: the classes live in parts that only some commands load.
  switch (error.name) {
    case "StartError":
      return { exitCode: exitCodes.failed, message: error.message };
    case "AppError":
      return { exitCode: exitCodes.usage, message: error.message };
    case "UnreachableError":
      return { exitCode: exitCodes.failed, message: `${error.message}. Is it running? (batchai start)` };
    case "ApiError": {
      const { code, status } = error as ApiError;
      return { exitCode: exitCodeOf(status, code), message: `${code}: ${error.message}` };
    }
    default:
      return { exitCode: exitCodes.bug, message: error.stack ?? error.message };
  }
}

function exitCodeOf(status: number, code: string): number {
  if (code === "OperationNotAllowed") return exitCodes.cannotRun;
  if (status === 401 || status === 403) return exitCodes.forbidden;
  if (status === 404) return exitCodes.notFound;
  return status === 400 ? exitCodes.usage : exitCodes.failed;
}
