// Recognises app code that works differently on Azure than it reads. Such code is run as Azure would run it; the
// warning states the rule that avoids it.
import { actionTypes } from "../../replay/actions.ts";
import type { AppWarning } from "./decisions.ts";

export const warningTexts: Readonly<Record<AppWarning, string>> = {
  repeatedTask:
    "A task that is already running was yielded again (shrinking list or sliding window with Task.any). The host starts " +
    "it a second time and all later results go to the wrong tasks. Yield fresh tasks each round, use batches of " +
    "Task.all, or put each item into a sub-orchestration.",
  failedAllWithRetry:
    "A failed Task.all was caught while a task with a retry policy below it is still in flight. The host goes on only when all of " +
    "them have ended, and the numbers of later tasks drift, so that results get lost. Let every task end, or make " +
    "activities return errors as values.",
  openTimersAtEnd:
    "The orchestrator has returned but left timers running, so the instance stays Running until the last of them " +
    "fires. Cancel timeout timers when they are no longer needed.",
  longHistory:
    "The execution has more than 2,000 history events, and every turn replays all of them. Continue as new, or split the " +
    "work into sub-orchestrations.",
};

/** Events after which an execution is called long; the cost of replaying grows with the square. */
export const longHistoryEvents = 2000;

const numbered: ReadonlySet<number> = new Set([
  actionTypes.callActivity,
  actionTypes.callActivityWithRetry,
  actionTypes.callSubOrchestrator,
  actionTypes.callSubOrchestratorWithRetry,
  actionTypes.createTimer,
  actionTypes.callEntity,
  actionTypes.callHttp,
]);

/**
 * True when the list contains one task twice. With the SDK's own objects that is certain; when they have been through
 * JSON it is inferred from an equal task in a later `whenAny`.
 */
export function repeatsTask(actions: readonly unknown[]): boolean {
  const seen = new Set<unknown>();
  const seenInAny = new Set<string>();
  for (const action of actions) {
    const texts: string[] = [];
    if (visit(action, false, seen, seenInAny, texts)) return true;
    for (const text of texts) seenInAny.add(text);
  }
  return false;
}

function visit(
  value: unknown,
  inAny: boolean,
  seen: Set<unknown>,
  seenInAny: ReadonlySet<string>,
  texts: string[],
): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { actionType, compoundActions } = value as { actionType?: unknown; compoundActions?: unknown };
  if (Array.isArray(compoundActions)) {
    const any = inAny || actionType === actionTypes.whenAny;
    return compoundActions.some((child) => visit(child, any, seen, seenInAny, texts));
  }
  if (typeof actionType !== "number" || !numbered.has(actionType)) return false;
  if (seen.has(value)) return true;
  seen.add(value);
  if (!inAny || Object.getPrototypeOf(value) !== Object.prototype) return false;
  const text = JSON.stringify(value);
  texts.push(text);
  return seenInAny.has(text);
}
