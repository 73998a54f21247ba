// One turn of an orchestration: take its messages, replay, record what was decided. Everything a turn changes is written
// in one transaction; when that fails nothing has happened and the messages are still there.
import { orchestrationTrigger } from "../replay/trigger.ts";
import { jsonText, MalformedActionError } from "../replay/actions.ts";
import {
  eventText,
  eventTypes,
  historyEvent,
  playedText,
  type HistoryEvent,
} from "../replay/history-events.ts";
import { readTurn, type OrchestratorTurn } from "../replay/orchestrator-result.ts";
import type { InstanceRow } from "../store/durable-store.ts";
import { limits, newExecutionId, type EngineParts } from "./engine-parts.ts";
import { releaseForgottenLocks } from "./entity-locks.ts";
import { orchestratorFailure, type RecordedFailure } from "./failure.ts";
import { replayText } from "./instance-cache.ts";
import { endInstance, startEvent, type Ending } from "./instance-life.ts";
import { warningTexts } from "./interpreter/app-patterns.ts";
import type { Decision, Interpretation } from "./interpreter/decisions.ts";
import { interpret, mismatchText } from "./interpreter/interpret.ts";
import type { Entry } from "./ledger.ts";
import { hasWork, selectMail } from "./mail-selection.ts";
import { mailEvent } from "./mailboxes.ts";
import { recordDecisions } from "./turn-decisions.ts";
import { addEvent, type Turn } from "./turn-record.ts";
import { carryOutRewind, rewindOrder } from "./rewind.ts";

export async function runTurn(parts: EngineParts, instanceId: string): Promise<void> {
  const loaded = parts.cache.load(instanceId);
  if (loaded === undefined || loaded.row.endedMs !== null) {
    return parts.ledger.join((entry) => entry.dropMail(instanceId));
  }
  const mails = parts.ledger.mailboxes.read(instanceId);
  if (!hasWork(loaded.row.status, mails)) return;
  const rewind = rewindOrder(mails);
  if (rewind !== undefined) return carryOutRewind(parts, loaded.row, rewind);
  const selection = selectMail(loaded.row, mails);
  const nowMs = parts.clock.now();
  const events = [
    historyEvent(eventTypes.orchestratorStarted, nowMs),
    ...selection.deliver.map((mail) => mailEvent(mail)),
  ];
  const turn: Turn = { parts, loaded, selection, events, texts: [], nowMs };
  turn.texts.push(eventText(events[0] as HistoryEvent), ...selection.deliver.map((mail) => mail.body));
  if (selection.terminated !== undefined) return recordTermination(turn, selection.terminated);
  if (!selection.runs) return recordWithoutRun(turn);
  await replayAndRecord(turn);
  loaded.lastTurnMs = parts.clock.now() - nowMs;
}

async function replayAndRecord(turn: Turn): Promise<void> {
  const { parts, loaded } = turn;
  const { row } = loaded;
  if (!parts.invoker.has("orchestrator", row.name)) {
    return recordFailure(
      turn,
      `The function '${row.name}' doesn't exist, is disabled, or is not an orchestrator.`,
    );
  }
  const newText = replayText(turn.events, turn.texts);
  const trigger = orchestrationTrigger({
    historyText: loaded.text === "" ? newText : `${loaded.text},${newText}`,
    inputText: row.input,
    instanceId: row.id,
    parentInstanceId: row.parentId,
    isReplaying: loaded.events.length > 0,
    schema: parts.schema,
  });
  const outcome = await parts.invoker.orchestrator(row.name, row.id, trigger);
  if (parts.replayTwice) {
    const again = await parts.invoker.orchestrator(row.name, row.id, trigger);
    if (JSON.stringify(again) !== JSON.stringify(outcome)) return recordFailure(turn, unrepeatable);
  }
  const read = readTurn(outcome);
  if (!read.ok) return recordFailure(turn, read.message);
  try {
    await recordReplay(turn, read.turn);
  } catch (error) {
    if (!(error instanceof MalformedActionError)) throw error;
    await recordFailure(turn, `The orchestrator returned ${error.message}.`);
  }
}

const unrepeatable =
  "Non-Deterministic workflow detected: two replays of the same history gave different results. " +
  "Does the orchestrator use time, randomness, I/O or state outside of it?";

function recordReplay(turn: Turn, result: OrchestratorTurn): Promise<void> {
  const { row, events } = turn.loaded;
  const over = result.isDone || result.error !== undefined;
  const found = interpret({
    actions: result.actions,
    history: events.concat(turn.events),
    executionId: row.execution,
    over,
  });
  warn(turn, found);
  if (found.mismatch !== undefined) return recordFailure(turn, mismatchText(row.name, found.mismatch));
  const customStatus = customStatusText(result.customStatus);
  if (customStatus !== null && customStatus.length * 2 > limits.customStatusBytes)
    return recordFailure(
      turn,
      `The custom status is larger than ${limits.customStatusBytes} bytes of UTF-16 text.`,
    );
  if (result.actions.length > limits.actions)
    return recordFailure(turn, `The orchestrator asked for more than ${limits.actions} actions.`);
  if (!over || !found.settled)
    return recordProgress(turn, found.decisions, found.cancelledTimers, customStatus);
  if (result.error !== undefined) {
    const failure = orchestratorFailure(row.name, result.error, result.failureDetails);
    return recordEnd(turn, found.decisions, failed(failure, customStatus));
  }
  if (found.continueAsNew !== undefined) return recordContinueAsNew(turn, found, customStatus);
  return recordEnd(turn, found.decisions, {
    status: "Completed",
    output: jsonText(result.output),
    customStatus,
  });
}

/** The SDK leaves a falsy custom status out, and so does the wire. */
function customStatusText(value: unknown): string | null {
  return value === undefined || value === null ? null : jsonText(value);
}

function failed(failure: RecordedFailure, customStatus: string | null): Ending {
  return {
    status: "Failed",
    output: JSON.stringify(failure.reason),
    customStatus,
    reason: failure.reason,
    details: failure.details,
    ...(failure.failureDetails === undefined ? {} : { failureDetails: failure.failureDetails }),
  };
}

function recordProgress(
  turn: Turn,
  decisions: readonly Decision[],
  cancelledTimers: readonly number[],
  customStatus: string | null,
): Promise<void> {
  const row: InstanceRow = {
    ...turn.loaded.row,
    status: turn.selection.status,
    customStatus,
    updatedMs: turn.nowMs,
  };
  const cancelled = cancelledTimers.filter((id) => !turn.loaded.cancelledTimers.has(id));
  return commitTurn(turn, row, (entry) => {
    recordDecisions(turn, entry, decisions);
    for (const id of cancelled) entry.store.deleteTimer(row.id, id);
    addEvent(turn, historyEvent(eventTypes.orchestratorCompleted, turn.nowMs));
    entry.store.updateInstance(row);
    entry.afterCommit(() => {
      for (const id of cancelled) turn.loaded.cancelledTimers.add(id);
    });
  });
}

/** Suspends, resumes, or records messages that arrive while suspended; the orchestrator itself isn't run. */
function recordWithoutRun(turn: Turn): Promise<void> {
  const row: InstanceRow = { ...turn.loaded.row, status: turn.selection.status, updatedMs: turn.nowMs };
  return commitTurn(turn, row, (entry) => {
    addEvent(turn, historyEvent(eventTypes.orchestratorCompleted, turn.nowMs));
    entry.store.updateInstance(row);
  });
}

function recordFailure(turn: Turn, message: string): Promise<void> {
  const { row } = turn.loaded;
  turn.parts.logger.warn("orchestration.failed", { instanceId: row.id, orchestrator: row.name, message });
  return recordEnd(turn, [], failed(orchestratorFailure(row.name, message, undefined), row.customStatus));
}

function recordTermination(turn: Turn, reason: string): Promise<void> {
  return recordEnd(turn, [], {
    status: "Terminated",
    output: JSON.stringify(reason),
    customStatus: turn.loaded.row.customStatus,
    reason: `Orchestrator function '${turn.loaded.row.name}' was terminated: ${reason}`,
    details: JSON.stringify({ ClassName: "OrchestrationTerminatedException", Message: reason }),
  });
}

function recordEnd(turn: Turn, decisions: readonly Decision[], ending: Ending): Promise<void> {
  return commitTurn(turn, turn.loaded.row, (entry) => {
    recordDecisions(turn, entry, decisions);
    addEvent(
      turn,
      historyEvent(eventTypes.executionCompleted, turn.nowMs, {
        OrchestrationStatus: ending.status,
        Result: ending.output,
        ...(ending.failureDetails === undefined ? {} : { FailureDetails: ending.failureDetails }),
      }),
    );
    addEvent(turn, historyEvent(eventTypes.orchestratorCompleted, turn.nowMs));
    endInstance(turn.parts, entry, turn.loaded.row, ending);
  });
}

/** A new execution with a new history under the same instance id. */
function recordContinueAsNew(turn: Turn, found: Interpretation, customStatus: string | null): Promise<void> {
  const { parts, loaded } = turn;
  const row: InstanceRow = {
    ...loaded.row,
    execution: newExecutionId(parts.random),
    input: continuedInput(found.continueAsNew?.input),
    status: "Running",
    customStatus,
    updatedMs: turn.nowMs,
  };
  const all = loaded.events.concat(turn.events);
  return parts.ledger.join((entry) => {
    recordDecisions(turn, entry, found.decisions);
    entry.consume(row.id, turn.selection.consume);
    entry.store.deleteHistory(row.id);
    entry.store.deleteTimers(row.id);
    entry.store.putInstance(row);
    entry.forget(row.id);
    releaseForgottenLocks(parts, entry, loaded.row);
    entry.postEvent(row.id, row.execution, startEvent(row, turn.nowMs));
    for (const position of found.carryOver) {
      const event = all[position];
      if (event !== undefined) entry.postEvent(row.id, null, event);
    }
  });
}

/** The SDK has already made JSON text of a string; anything else comes as it is. */
function continuedInput(input: unknown): string | null {
  return typeof input === "string" ? input : jsonText(input);
}

/** Consumes the messages and appends the turn's events in the same transaction as `work`. */
function commitTurn(turn: Turn, row: InstanceRow, work: (entry: Entry) => void): Promise<void> {
  const { parts, loaded } = turn;
  return parts.ledger.join((entry) => {
    work(entry);
    entry.consume(row.id, turn.selection.consume);
    const texts = turn.texts.map(playedText);
    entry.store.appendHistory(row.id, loaded.chunks, texts.join(","));
    entry.afterCommit(() => {
      loaded.row = row;
      parts.cache.append(loaded, turn.events, texts);
    });
  });
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
