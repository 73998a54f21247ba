// Waiting in an orchestration. Fresh waits every time (the extension schedules a re-yielded task twice), and the timer
// is always cancelled when it lost (an open timer keeps a finished orchestration running).
import type { OrchestrationContext, Task } from "durable-functions";
import type { Steps } from "./call.ts";

export type Waited = { readonly kind: "event"; readonly data: unknown } | { readonly kind: "timeout" };

export interface Listener {
  /** The next event, at most after `timeoutMs`; one that came since the last wait is there at once. */
  wait(timeoutMs: number): Steps<Waited>;
}

/**
 * Hears every event of a name, whenever it comes. A wait that lost to its timer stays open, and an event that comes while
 * the orchestration does something else is given to it: so the waits that lost are kept, and asked before the next.
 */
export function listenTo(context: OrchestrationContext, event: string): Listener {
  const open: Task[] = [];
  const received = (): Waited | undefined => {
    const at = open.findIndex(({ isCompleted }) => isCompleted);
    const [task] = at < 0 ? [] : open.splice(at, 1);
    return task === undefined ? undefined : { kind: "event", data: task.result };
  };
  return {
    *wait(timeoutMs) {
      const before = received();
      if (before !== undefined) return before;
      const newest = context.df.waitForExternalEvent(event);
      open.push(newest);
      const timer = context.df.createTimer(later(context, timeoutMs));
      yield context.df.Task.any([newest, timer]);
      if (!timer.isCompleted) timer.cancel();
      return received() ?? { kind: "timeout" };
    },
  };
}

export function* pause(context: OrchestrationContext, ms: number): Steps<void> {
  yield context.df.createTimer(later(context, ms));
}

function later(context: OrchestrationContext, ms: number): Date {
  return new Date(context.df.currentUtcDateTime.getTime() + ms);
}
