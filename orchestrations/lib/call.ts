// How an orchestration calls: typed by the contract, checked on return, retried with back-off. The only place (with
// wait.ts and define-orchestration.ts) that touches durable-functions.
import { RetryOptions } from "durable-functions";
import type { OrchestrationContext, Task } from "durable-functions";
import { ActivityResult } from "../../contracts/activity-result.ts";
import type { Contract } from "../../contracts/contract.ts";

/** An activity that failed for good: another try would fail the same way. */
export class ActivityFailedError extends Error {
  readonly code: string;

  constructor(activity: string, code: string, message: string) {
    super(`${activity}: ${code}: ${message}`);
    this.name = "ActivityFailedError";
    this.code = code;
  }
}

export type { OrchestrationContext } from "durable-functions";

export type Steps<Result> = Generator<Task, Result, unknown>;

const firstRetryMs = 1_000;
const longestRetryMs = 60_000;
const attempts = 30;

/** Calls an activity, trying again (for about 25 minutes) what may pass by itself. Throws ActivityFailedError. */
export function* call<Input extends object, Output>(
  context: OrchestrationContext,
  contract: Contract<Input, Output>,
  input: Input,
): Steps<Output> {
  const retry = new RetryOptions(firstRetryMs, attempts);
  retry.backoffCoefficient = 2;
  retry.maxRetryIntervalInMilliseconds = longestRetryMs;
  const result = yield context.df.callActivityWithRetry(contract.name, retry, input);
  return unwrap(contract, result);
}

/** Calls an activity once; for activities that answer every trouble as a value and are called again anyway. */
export function* callOnce<Input extends object, Output>(
  context: OrchestrationContext,
  contract: Contract<Input, Output>,
  input: Input,
): Steps<Output> {
  return unwrap(contract, yield context.df.callActivity(contract.name, input));
}

function unwrap<Input, Output>(contract: Contract<Input, Output>, result: unknown): Output {
  const answer = ActivityResult.parse(result);
  if (answer.kind === "failed") throw new ActivityFailedError(contract.name, answer.code, answer.message);
  return contract.output.parse(answer.value ?? undefined);
}
