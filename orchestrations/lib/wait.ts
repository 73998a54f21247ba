// Waiting in an orchestration. Fresh waits every time (the extension schedules a re-yielded task twice), and the timer
// is always cancelled when it lost (an open timer keeps a finished orchestration running).
//
// A wait that lost to its timer stays open and would swallow the next event of its name. So an orchestration that waits
// in a loop must continue as new after a timeout; `afterTimeout` in its name reminds of it.
import type { OrchestrationContext } from "durable-functions";
import type { Steps } from "./call.ts";

export type Waited =
  | { readonly kind: "event"; readonly data: unknown }
  /** Continue as new, or end: see above. */
  | { readonly kind: "timeout" };

/** Waits for one event of this name, at most `timeoutMs`. */
export function* waitFor(context: OrchestrationContext, event: string, timeoutMs: number): Steps<Waited> {
  const arrival = context.df.waitForExternalEvent(event);
  const timer = context.df.createTimer(later(context, timeoutMs));
  yield context.df.Task.any([arrival, timer]);
  if (!timer.isCompleted) timer.cancel();
  return arrival.isCompleted ? { kind: "event", data: arrival.result } : { kind: "timeout" };
}

export function* pause(context: OrchestrationContext, ms: number): Steps<void> {
  yield context.df.createTimer(later(context, ms));
}

function later(context: OrchestrationContext, ms: number): Date {
  return new Date(context.df.currentUtcDateTime.getTime() + ms);
}
