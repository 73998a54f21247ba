// The trace context an invocation is given. Pure but for its randomness.
import type { Random } from "../../random.ts";
import type { TraceContext } from "./rpc.ts";

/** W3C Trace Context: the caller's trace goes on under a new span, or a new trace begins. */
export function traceContext(
  caller: { traceParent?: string | undefined; traceState?: string | undefined },
  name: string,
  invocationId: string,
  random: Random,
): TraceContext {
  const parent = /^00-([0-9a-f]{32})-[0-9a-f]{16}-([0-9a-f]{2})$/.exec(caller.traceParent ?? "");
  const fresh = random.bytes(parent ? 8 : 24).toString("hex");
  const traceId = parent?.[1] ?? fresh.slice(16);
  return {
    traceParent: `00-${traceId}-${fresh.slice(0, 16)}-${parent?.[2] ?? "00"}`,
    traceState: parent ? (caller.traceState ?? "") : "",
    attributes: { InvocationId: invocationId, FunctionName: name },
  };
}
