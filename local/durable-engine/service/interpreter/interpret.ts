// The interpreter: from an action list and a history to the decisions that are new. A pure function; the engine
// records and carries out what it returns.
import type { HistoryEvent } from "../../replay/history-events.ts";
import { eventTypeNames } from "../../replay/history-events.ts";
import { longHistoryEvents, repeatsTask } from "./app-patterns.ts";
import type { AppWarning, Interpretation, Mismatch } from "./decisions.ts";
import { Replay } from "./replay.ts";
import { failedWithRetryInFlight } from "./tasks.ts";

export interface ReplayInput {
  /** One entry per yield, as the SDK returned them. */
  actions: readonly unknown[];
  history: readonly HistoryEvent[];
  executionId: string;
  /** The orchestrator has returned or thrown. */
  over: boolean;
}

/** Throws `MalformedActionError` for an action list that no SDK writes. */
export function interpret(input: ReplayInput): Interpretation {
  const replay = new Replay(input.actions, input.executionId);
  replay.run(input.history);
  const timers = countOpenTimers(replay);
  const tasks = replay.open.size - timers.open - timers.cancelled;
  return {
    ...(replay.mismatch === undefined ? {} : { mismatch: replay.mismatch }),
    decisions: [...replay.unconfirmed.values()],
    settled: replay.exhausted && tasks === 0 && timers.open === 0,
    ...(replay.continueAsNew === undefined ? {} : { continueAsNew: replay.continueAsNew }),
    carryOver: replay.carryOver,
    cancelledTimers: [...replay.cancelledTimers],
    open: { tasks, timers: timers.open },
    heldLocks: replay.heldLocks,
    warnings: warningsOf(replay, input, tasks, timers.open),
  };
}

/** Groups of numbers (attempts and retry timers) of the activities and sub-orchestrations that failed for good. */
export function failedTasks(input: ReplayInput): number[][] {
  const replay = new Replay(input.actions, input.executionId);
  replay.run(input.history);
  return replay.failedNumbers;
}

function countOpenTimers(replay: Replay): { open: number; cancelled: number } {
  const counts = { open: 0, cancelled: 0 };
  for (const [id, task] of replay.open) {
    if (!task.timer) continue;
    if (replay.cancelledTimers.has(id)) counts.cancelled += 1;
    else counts.open += 1;
  }
  return counts;
}

function warningsOf(replay: Replay, input: ReplayInput, tasks: number, timers: number): AppWarning[] {
  const warnings: AppWarning[] = [];
  if (replay.unconfirmed.size > 0 && input.actions.length > 1 && repeatsTask(input.actions))
    warnings.push("repeatedTask");
  if ((replay.unstarted > 0 || input.over) && failedWithRetryInFlight(replay.awaited))
    warnings.push("failedAllWithRetry");
  if (input.history.length > longHistoryEvents) warnings.push("longHistory");
  if (input.over && replay.exhausted && tasks === 0 && timers > 0) warnings.push("openTimersAtEnd");
  return warnings;
}

/** The text with which an instance fails whose code no longer fits its history. */
export function mismatchText(orchestrator: string, mismatch: Mismatch): string {
  const replayed =
    mismatch.replayed === undefined
      ? "the replayed code has not asked for anything with that number"
      : `the replayed code asked for ${mismatch.replayed}`;
  return (
    `Non-Deterministic workflow detected: orchestrator '${orchestrator}', history position ${mismatch.position}, ` +
    `${eventTypeNames[mismatch.eventType]} event with number ${mismatch.number} records ${mismatch.recorded}, but ${replayed}. ` +
    "Was the orchestrator's code changed while this instance was running, or does it use time, randomness or I/O?"
  );
}
