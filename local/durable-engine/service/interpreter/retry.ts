// How long the host waits before the next attempt of a retried task.
import type { RetryPolicy } from "../../replay/actions.ts";

/** Milliseconds; 0 when the overall timeout has passed, which ends the task at once. `failures` counts from 0. */
export function retryDelayMs(
  policy: RetryPolicy,
  failures: number,
  startedMs: number,
  nowMs: number,
): number {
  if (nowMs >= startedMs + policy.timeoutMs) return 0;
  return Math.round(Math.min(policy.firstIntervalMs * policy.backoff ** failures, policy.maxIntervalMs));
}
