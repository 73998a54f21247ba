// Which of the app's functions are hosted. A function that cannot be is in error, as on Azure, and the others run; under
// `strict` any of them keeps the whole app from starting.
import { HostStartError } from "./app-error.ts";
import type { FunctionProblem, HostedFunction, IndexedApp } from "./hosted-functions.ts";
import type { FunctionMetadata } from "../programming-model/rpc.ts";

export interface FailedFunction {
  readonly metadata: FunctionMetadata;
  readonly errors: readonly string[];
}

export interface HostedApp {
  readonly functions: readonly HostedFunction[];
  readonly disabled: readonly string[];
  readonly failed: readonly FailedFunction[];
}

/** `problems`: everything that was found after indexing. Throws HostStartError with all of them when `strict`. */
export function admit(indexed: IndexedApp, problems: readonly FunctionProblem[], strict: boolean): HostedApp {
  const all = [...indexed.problems, ...problems];
  if (strict && all.length > 0) throw new HostStartError(all.map(({ reason }) => reason));
  const failed = indexed.wanted
    .map(({ metadata }) => ({
      metadata,
      errors: all.filter(({ name }) => name === metadata.name).map(({ reason }) => reason),
    }))
    .filter(({ errors }) => errors.length > 0);
  const inError = new Set(failed.map(({ metadata }) => metadata.name));
  return {
    functions: indexed.functions.filter(({ name }) => !inError.has(name)),
    disabled: indexed.disabled,
    failed,
  };
}
