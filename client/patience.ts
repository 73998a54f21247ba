// Asks again what could not be answered just now, for as long as the caller's patience lasts.
import { ApiError, UnreachableError } from "./api-error.ts";

export interface Patience {
  readonly sleep: (ms: number) => Promise<void>;
  readonly now: () => number;
  readonly pollIntervalMs?: number;
  /** How long the service may be out of reach. Default 10 minutes. */
  readonly patienceMs?: number;
}

export type Patient = <T>(ask: () => Promise<T>) => Promise<T>;

const defaultPatienceMs = 600_000;

export function withPatience({
  sleep,
  now,
  patienceMs = defaultPatienceMs,
  pollIntervalMs = 1_000,
}: Patience): Patient {
  return async (ask) => {
    const until = now() + patienceMs;
    for (;;) {
      try {
        return await ask();
      } catch (error) {
        const mayPass =
          error instanceof UnreachableError ||
          (error instanceof ApiError && (error.status >= 500 || error.status === 429));
        if (!mayPass || now() >= until) throw error;
        await sleep(pollIntervalMs);
      }
    }
  };
}
