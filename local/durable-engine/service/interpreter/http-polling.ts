// The 202 pattern of `callHttp`: when to ask again, and where.
import { z } from "zod";
import type { HttpCall } from "../../replay/actions.ts";
import { pollingResultPrefix } from "../../replay/history-events.ts";
import { timerLimits } from "../../replay/trigger.ts";

const response = z.object({ statusCode: z.number(), headers: z.record(z.string(), z.string()).nullish() });

/** The next request after a 202 answer with a Location; undefined when the call is over. */
export function nextPoll(
  call: HttpCall,
  result: string | null | undefined,
): { delayMs: number; call: HttpCall } | undefined {
  if (!call.polling || result?.startsWith(pollingResultPrefix) !== true) return undefined;
  const parsed = response.safeParse(JSON.parse(result));
  if (!parsed.success) return undefined;
  const headers = parsed.data.headers ?? {};
  const location = header(headers, "location");
  if (location === undefined || location === "") return undefined;
  const uri = URL.canParse(location, call.uri) ? new URL(location, call.uri).href : location;
  const seconds = Number(header(headers, "retry-after") || Number.NaN);
  return {
    delayMs: Number.isFinite(seconds) ? Math.round(seconds * 1000) : timerLimits.defaultHttpPollMs,
    call: { ...call, method: "GET", uri, content: undefined },
  };
}

function header(headers: Record<string, string>, name: string): string | undefined {
  return Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];
}
