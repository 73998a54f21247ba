// What storage refuses, in words: whose share or container, and what to mend.
import { CommandError } from "../failure.ts";
import { exitCodes } from "../output/exit-codes.ts";

interface Refusal {
  readonly statusCode?: number;
  readonly code?: string;
}

export function isMissing(error: unknown, code?: string): boolean {
  const refusal = error as Refusal;
  return refusal.statusCode === 404 && (code === undefined || refusal.code === code);
}

/** @param what `share 'files' of 'store'` */
export function storageError(error: unknown, what: string): unknown {
  const { statusCode, code } = error as Refusal;
  if (error instanceof CommandError) return error;
  if (statusCode === 404) return new CommandError(`There is no ${what}.`, exitCodes.notFound, error);
  if (statusCode === 403)
    return new CommandError(`The ${what} refuses the key of the account.`, exitCodes.forbidden, error);
  if (statusCode === 400 || statusCode === 409)
    return new CommandError(
      `The ${what} refuses this: ${code ?? "the name is none"}.`,
      exitCodes.usage,
      error,
    );
  return error;
}
