// A limit on the request rate, off by default: a token bucket of one second's worth. Genuine JavaScript clients give up
// at once on 429 and wait half a minute on 503, so tests switch it on deliberately. Source: "Batch service quotas and
// limits"; answers 429 TooManyRequests or 503 ServerBusy with Retry-After.
import type { Clock } from "../../clock.ts";
import { BatchFault } from "../service/account/fault.ts";
import type { RequestHead } from "./wire.ts";

export interface ThrottleRule {
  /** 0: no limit. */
  readonly requestsPerSecond: number;
  readonly status: 429 | 503;
  /** Requests whose path starts with this. */
  readonly path: string;
}

export interface Throttle {
  set(rule: ThrottleRule): void;
  /** Throws when the request comes too soon. */
  check(request: RequestHead): void;
}

export function createThrottle(clock: Clock, requestsPerSecond: number): Throttle {
  let rule: ThrottleRule = { requestsPerSecond, status: 429, path: "/" };
  let tokens = Math.max(1, requestsPerSecond);
  let filledAt = clock.now();
  return {
    set(next) {
      rule = next;
      tokens = Math.max(1, next.requestsPerSecond);
      filledAt = clock.now();
    },
    check(request) {
      const rate = rule.requestsPerSecond;
      if (rate === 0 || request.rawPath.startsWith("/_emulator") || !request.rawPath.startsWith(rule.path))
        return;
      const now = clock.now();
      tokens = Math.min(Math.max(1, rate), tokens + ((now - filledAt) / 1000) * rate);
      filledAt = now;
      if (tokens >= 1) {
        tokens -= 1;
        return;
      }
      const wait = Math.max(1, Math.ceil((1 - tokens) / rate));
      throw rule.status === 429
        ? new BatchFault(429, "TooManyRequests", "The request rate is too high.", [], wait)
        : new BatchFault(503, "ServerBusy", "The service is busy. Please try again later.", [], wait);
    },
  };
}
