// Function-level retry policies ("Azure Functions error handling and retries"): honoured for timers; queue and blob triggers have their own ways,
// HTTP and durable functions none.
import { delay, type Clock } from "../../clock.ts";
import type { Random } from "../../random.ts";
import type { HostedFunction } from "../app/hosted-functions.ts";
import type { InvocationOutcome } from "../programming-model/invoker.ts";
import type { RetryContext, RetryOptions } from "../programming-model/rpc.ts";
import type { RunFunction, TriggerEvent } from "./run-function.ts";

/** Runs until it succeeds, the policy is used up, or `signal` ends the waiting. */
export async function runWithRetry(
  run: RunFunction,
  target: HostedFunction,
  event: TriggerEvent,
  time: { clock: Clock; random: Random; signal: AbortSignal },
): Promise<InvocationOutcome> {
  const policy = target.metadata.retryOptions;
  const maxRetryCount = policy?.maxRetryCount ?? 0;
  let outcome = await run(target, event);
  for (
    let retryCount = 1;
    policy && !outcome.ok && (maxRetryCount === -1 || retryCount <= maxRetryCount);
    retryCount += 1
  ) {
    try {
      await delay(time.clock, retryDelayMs(policy, retryCount, time.random), time.signal);
    } catch {
      return outcome;
    }
    const { message, stack } = outcome.error;
    const retryContext: RetryContext = {
      retryCount,
      maxRetryCount,
      exception: { message, ...(stack ? { stackTrace: stack } : {}) },
    };
    outcome = await run(target, { ...event, retryContext });
  }
  return outcome;
}

/** The exponential one grows by doubling, with up to a fifth of randomness, between its bounds. */
export function retryDelayMs(policy: RetryOptions, retryCount: number, random: Random): number {
  const ms = (interval: { seconds?: number } | undefined, fallback: number) =>
    (interval?.seconds ?? fallback) * 1000;
  if (policy.retryStrategy !== "exponentialBackoff") return ms(policy.delayInterval, 0);
  const min = ms(policy.minimumInterval, 1);
  const max = ms(policy.maximumInterval, 600);
  return Math.min(max, min * 2 ** (retryCount - 1) * (1 + random.next() / 5));
}
