// The part of a turn that runs the app's code and works out what it means. It writes nothing, and whatever goes wrong in
// here is the orchestration's failure and not the engine's.
import { jsonText, MalformedActionError } from "../replay/actions.ts";
import { parseEvents, type HistoryEvent } from "../replay/history-events.ts";
import { readTurn, type OrchestratorTurn } from "../replay/orchestrator-result.ts";
import { orchestrationTrigger } from "../replay/trigger.ts";
import { limits } from "./engine-parts.ts";
import { orchestratorFailure, type RecordedFailure } from "./failure.ts";
import { replayText } from "./instance-cache.ts";
import type { Ending } from "./instance-life.ts";
import { warningTexts } from "./interpreter/app-patterns.ts";
import type { Decision, Interpretation } from "./interpreter/decisions.ts";
import { interpret, mismatchText } from "./interpreter/interpret.ts";
import type { Turn } from "./turn-record.ts";

export type TurnResult =
  | { kind: "failed"; message: string }
  | { kind: "progress"; decisions: Decision[]; cancelledTimers: number[]; customStatus: string | null }
  | { kind: "ended"; decisions: Decision[]; ending: Ending }
  | {
      kind: "continued";
      decisions: Decision[];
      input: string | null;
      /** External events that go over to the next execution. */
      carryOver: HistoryEvent[];
      customStatus: string | null;
    };

export async function replayTurn(turn: Turn): Promise<TurnResult> {
  const { parts, loaded } = turn;
  const { row } = loaded;
  if (!parts.invoker.has("orchestrator", row.name))
    return failure(`The function '${row.name}' doesn't exist, is disabled, or is not an orchestrator.`);
  const trigger = triggerOf(turn);
  try {
    const outcome = await parts.invoker.orchestrator(row.name, row.id, trigger);
    if (parts.replayTwice) {
      const again = await parts.invoker.orchestrator(row.name, row.id, trigger);
      if (JSON.stringify(again) !== JSON.stringify(outcome)) return failure(unrepeatable);
    }
    const read = readTurn(outcome);
    return read.ok ? interpretTurn(turn, read.turn) : failure(read.message);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return failure(
      error instanceof MalformedActionError
        ? `The orchestrator returned ${message}.`
        : `The orchestrator's result can't be used: ${message}`,
    );
  }
}

function triggerOf({ parts, loaded, events, texts }: Turn): string {
  const { row } = loaded;
  const newText = replayText(events, texts);
  return orchestrationTrigger({
    historyText: loaded.text === "" ? newText : `${loaded.text},${newText}`,
    inputText: row.input,
    instanceId: row.id,
    parentInstanceId: row.parentId,
    isReplaying: loaded.events.length > 0,
    schema: parts.schema,
  });
}

const unrepeatable =
  "Non-Deterministic workflow detected: two replays of the same history gave different results. " +
  "Does the orchestrator use time, randomness, I/O or state outside of it?";

function interpretTurn(turn: Turn, result: OrchestratorTurn): TurnResult {
  const { row, events } = turn.loaded;
  const history = events.concat(turn.events);
  const over = result.isDone || result.error !== undefined;
  const found = interpret({ actions: result.actions, history, executionId: row.execution, over });
  warn(turn, found);
  if (found.mismatch !== undefined) return failure(mismatchText(row.name, found.mismatch));
  const customStatus = customStatusText(result.customStatus);
  if (customStatus !== null && customStatus.length * 2 > limits.customStatusBytes)
    return failure(`The custom status is larger than ${limits.customStatusBytes} bytes of UTF-16 text.`);
  if (result.actions.length > limits.actions)
    return failure(`The orchestrator asked for more than ${limits.actions} actions.`);
  const { decisions, cancelledTimers } = found;
  for (const decision of decisions) assertJson(decision);
  if (!over || !found.settled) return { kind: "progress", decisions, cancelledTimers, customStatus };
  if (result.error !== undefined) {
    const failed = orchestratorFailure(row.name, result.error, result.failureDetails);
    return { kind: "ended", decisions, ending: failedEnding(failed, customStatus) };
  }
  if (found.continueAsNew !== undefined) {
    const input = continuedInput(found.continueAsNew.input);
    return {
      kind: "continued",
      decisions,
      input,
      carryOver: carriedOver(turn, found.carryOver),
      customStatus,
    };
  }
  const output = jsonText(result.output);
  return { kind: "ended", decisions, ending: { status: "Completed", output, customStatus } };
}

/** Events of earlier turns are only kept without their payload, so those are read again. */
function carriedOver({ parts, loaded, events }: Turn, positions: readonly number[]): HistoryEvent[] {
  const earlier = loaded.events.length;
  const stored = positions.some((position) => position < earlier)
    ? parseEvents(parts.transactions.store.history(loaded.row.id))
    : [];
  return positions.flatMap((position) => {
    const event = position < earlier ? stored[position] : events[position - earlier];
    return event === undefined ? [] : [event];
  });
}

/** Throws here, and not inside a transaction, when a payload can't be written as JSON. */
function assertJson(decision: Decision): void {
  if (decision.kind === "activity" || decision.kind === "subOrchestration") jsonText(decision.input);
  if (decision.kind === "send" && "input" in decision.message) jsonText(decision.message.input);
}

/** The SDK leaves a falsy custom status out, and so does the wire. */
function customStatusText(value: unknown): string | null {
  return value === undefined || value === null ? null : jsonText(value);
}

/** The SDK has already made JSON text of a string; anything else comes as it is. */
function continuedInput(input: unknown): string | null {
  return typeof input === "string" ? input : jsonText(input);
}

export function failedEnding(failed: RecordedFailure, customStatus: string | null): Ending {
  return {
    status: "Failed",
    output: JSON.stringify(failed.reason),
    customStatus,
    reason: failed.reason,
    details: failed.details,
    ...(failed.failureDetails === undefined ? {} : { failureDetails: failed.failureDetails }),
  };
}

function failure(message: string): TurnResult {
  return { kind: "failed", message };
}

function warn(turn: Turn, found: Interpretation): void {
  const { parts, loaded } = turn;
  for (const warning of found.warnings) {
    if (loaded.warned.has(warning)) continue;
    loaded.warned.add(warning);
    parts.logger.warn("orchestration.unsafePattern", {
      pattern: warning,
      orchestrator: loaded.row.name,
      instanceId: loaded.row.id,
      rule: warningTexts[warning],
    });
  }
}
