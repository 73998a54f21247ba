// Why a job failed, in the words of the service.
import type { BatchAIError } from "../shared/batch-ai-error.ts";
import { failureTable } from "../shared/errors.ts";
import type { FailureCode } from "../shared/errors.ts";

/** An entry of `executionInfo.errors`; `details` explain, e.g. `{ Info: "container 'x' does not exist" }`. */
export function jobFailure(code: FailureCode, details: Readonly<Record<string, string>> = {}): BatchAIError {
  const named = Object.entries(details).map(([name, value]) => ({ name, value }));
  return { code, message: failureTable[code].meaning, ...(named.length === 0 ? {} : { details: named }) };
}
