// One turn of an orchestration: take its messages, replay, record what was decided. Everything a turn changes is written
// in one transaction; when that fails nothing has happened and the messages are still there.
import {
  eventText,
  eventTypes,
  historyEvent,
  playedText,
  type HistoryEvent,
} from "../replay/history-events.ts";
import type { InstanceRow } from "../store/durable-store.ts";
import { newExecutionId, type EngineParts } from "./engine-parts.ts";
import { releaseForgottenLocks } from "./entity-locks.ts";
import { orchestratorFailure } from "./failure.ts";
import { endInstance, startEvent, type Ending } from "./instance-life.ts";
import type { Decision } from "./interpreter/decisions.ts";
import type { UnitOfWork } from "./transactions.ts";
import { hasWork, selectMail } from "./mail-selection.ts";
import { mailEvent } from "./mailboxes.ts";
import { recordDecisions } from "./turn-decisions.ts";
import { addEvent, type Turn } from "./turn-record.ts";
import { failedEnding, replayTurn, type TurnResult } from "./turn-replay.ts";
import { carryOutRewind, rewindOrder } from "./rewind.ts";
import { versionMismatch } from "./versioning.ts";

export async function runTurn(parts: EngineParts, instanceId: string): Promise<void> {
  const loaded = parts.cache.load(instanceId);
  if (loaded === undefined || loaded.row.endedMs !== null) {
    return parts.transactions.join((unit) => unit.dropMail(instanceId));
  }
  const mails = parts.transactions.mailboxes.read(instanceId);
  if (!hasWork(loaded.row.status, mails)) return;
  const mismatch = versionMismatch(parts.versioning, loaded.row.version);
  if (mismatch !== undefined && parts.versioning.failureStrategy === "Reject") {
    // The messages stay, commands too: the next start with a version that fits takes them.
    parts.logger.warn("orchestration.versionRejected", { instanceId, reason: mismatch });
    return;
  }
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
  if (mismatch !== undefined) return recordMismatch(turn, mismatch);
  if (selection.terminated !== undefined) return recordTermination(turn, selection.terminated);
  if (!selection.runs) return recordWithoutRun(turn);
  await recordResult(turn, await replayTurn(turn));
  loaded.lastTurnMs = parts.clock.now() - nowMs;
}

function recordResult(turn: Turn, result: TurnResult): Promise<void> {
  switch (result.kind) {
    case "failed":
      return recordFailure(turn, result.message);
    case "progress":
      return recordProgress(turn, result);
    case "ended":
      return recordEnd(turn, result.decisions, result.ending);
    case "continued":
      return recordContinueAsNew(turn, result);
  }
}

function recordProgress(
  turn: Turn,
  { decisions, cancelledTimers, customStatus }: Extract<TurnResult, { kind: "progress" }>,
): Promise<void> {
  const row: InstanceRow = {
    ...turn.loaded.row,
    status: turn.selection.status,
    customStatus,
    updatedMs: turn.nowMs,
  };
  const cancelled = cancelledTimers.filter((id) => !turn.loaded.cancelledTimers.has(id));
  return commitTurn(turn, row, (unit) => {
    recordDecisions(turn, unit, decisions);
    for (const id of cancelled) unit.store.deleteTimer(row.id, id);
    addEvent(turn, historyEvent(eventTypes.orchestratorCompleted, turn.nowMs));
    unit.store.updateInstance(row);
    unit.afterCommit(() => {
      for (const id of cancelled) turn.loaded.cancelledTimers.add(id);
    });
  });
}

/** Suspends, resumes, or records messages that arrive while suspended; the orchestrator itself isn't run. */
function recordWithoutRun(turn: Turn): Promise<void> {
  const row: InstanceRow = { ...turn.loaded.row, status: turn.selection.status, updatedMs: turn.nowMs };
  return commitTurn(turn, row, (unit) => {
    addEvent(turn, historyEvent(eventTypes.orchestratorCompleted, turn.nowMs));
    unit.store.updateInstance(row);
  });
}

function recordFailure(turn: Turn, message: string): Promise<void> {
  const { row } = turn.loaded;
  turn.parts.logger.warn("orchestration.failed", { instanceId: row.id, orchestrator: row.name, message });
  return recordEnd(
    turn,
    [],
    failedEnding(orchestratorFailure(row.name, message, undefined), row.customStatus),
  );
}

function recordMismatch(turn: Turn, message: string): Promise<void> {
  const { row } = turn.loaded;
  turn.parts.logger.warn("orchestration.failed", { instanceId: row.id, orchestrator: row.name, message });
  const details = { ErrorType: "VersionMismatch", ErrorMessage: message, IsNonRetriable: true };
  return recordEnd(turn, [], failedEnding(orchestratorFailure(row.name, message, details), row.customStatus));
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
  return commitTurn(turn, turn.loaded.row, (unit) => {
    recordDecisions(turn, unit, decisions);
    addEvent(
      turn,
      historyEvent(eventTypes.executionCompleted, turn.nowMs, {
        OrchestrationStatus: ending.status,
        Result: ending.output,
        ...(ending.failureDetails === undefined ? {} : { FailureDetails: ending.failureDetails }),
      }),
    );
    addEvent(turn, historyEvent(eventTypes.orchestratorCompleted, turn.nowMs));
    endInstance(turn.parts, unit, turn.loaded.row, ending);
  });
}

/** A new execution with a new history under the same instance id. */
function recordContinueAsNew(
  turn: Turn,
  { decisions, input, carryOver, customStatus }: Extract<TurnResult, { kind: "continued" }>,
): Promise<void> {
  const { parts, loaded } = turn;
  const row: InstanceRow = {
    ...loaded.row,
    execution: newExecutionId(parts.random),
    input,
    status: "Running",
    customStatus,
    updatedMs: turn.nowMs,
  };
  return parts.transactions.join((unit) => {
    recordDecisions(turn, unit, decisions);
    unit.consume(row.id, turn.selection.consume);
    unit.store.deleteHistory(row.id);
    unit.store.deleteTimers(row.id);
    unit.store.putInstance(row);
    unit.forget(row.id);
    releaseForgottenLocks(parts, unit, loaded.row);
    unit.postEvent(row.id, row.execution, startEvent(row, turn.nowMs));
    for (const event of carryOver) unit.postEvent(row.id, null, event);
  });
}

/** Consumes the messages and appends the turn's events in the same transaction as `work`. */
function commitTurn(turn: Turn, row: InstanceRow, work: (unit: UnitOfWork) => void): Promise<void> {
  const { parts, loaded } = turn;
  return parts.transactions.join((unit) => {
    work(unit);
    unit.consume(row.id, turn.selection.consume);
    const texts = turn.texts.map(playedText);
    unit.store.appendHistory(row.id, loaded.chunks, texts.join(","));
    unit.afterCommit(() => {
      loaded.row = row;
      parts.cache.append(loaded, turn.events, texts);
    });
  });
}
