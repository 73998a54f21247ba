// POST /admin/functions/{name}: starts a function without its trigger, with a text as the trigger's data.
import type { HostedFunction } from "../app/hosted-functions.ts";
import type { RunFunction } from "./run-function.ts";
import { timerInput } from "./timer.ts";

/** Starts it and returns at once; or says why this kind of function cannot be started so. */
export async function startByHand(
  run: RunFunction,
  target: HostedFunction,
  input: string,
): Promise<string | undefined> {
  if (target.kind === "http") return `'${target.name}' is an HTTP function: call its URL.`;
  if (target.kind === "orchestration" || target.kind === "entity")
    return `'${target.name}' is a durable ${target.kind}: start it through a durable client or /runtime/webhooks/durabletask.`;
  void run(target, {
    data:
      target.kind === "timer"
        ? { json: timerInput({ adjustForDst: true }, undefined, false) }
        : { string: input },
  });
  return undefined;
}
