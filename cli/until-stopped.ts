// What goes on until the command is asked to stop, as by Ctrl-C: it is asked now and then whether that has come.
import type { Context } from "./command.ts";

export interface UntilStopped extends Pick<Context, "sleep" | "now"> {
  readonly isStopped: () => boolean;
}

export function untilStopped(context: Pick<Context, "sleep" | "now" | "stopRequested">): UntilStopped {
  let isStopped = false;
  void context.stopRequested().then(() => (isStopped = true));
  return { sleep: context.sleep, now: context.now, isStopped: () => isStopped };
}
