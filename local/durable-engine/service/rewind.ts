// Brings a failed instance back to the moment before it failed: the activities and sub-orchestrations that failed for
// good vanish from its history with all their attempts, so that the next replay asks for them again under the same
// numbers. What succeeded stays. Failed children are rewound themselves, as on Azure.
import type { CommandOutcome } from "../engine-contract.ts";
import {
  eventText,
  eventTypes,
  historyEvent,
  parseEvents,
  playedText,
  type HistoryEvent,
} from "../replay/history-events.ts";
import { readTurn } from "../replay/orchestrator-result.ts";
import { orchestrationTrigger } from "../replay/trigger.ts";
import type { InstanceRow } from "../store/durable-store.ts";
import type { EngineParts } from "./engine-parts.ts";
import { failedTasks } from "./interpreter/interpret.ts";
import type { UnitOfWork } from "./transactions.ts";
import { mailEvent, type Mail } from "./mailboxes.ts";

const rewindMark = "Rewind: ";

export function requestRewind(
  { transactions, clock }: EngineParts,
  instanceId: string,
  reason: string,
): CommandOutcome | "notFailed" {
  return transactions.commit((unit) => {
    const row = unit.store.instance(instanceId);
    if (row === undefined) return "notFound";
    if (row.status !== "Failed") return "notFailed";
    reopen(unit, row, reason, clock.now());
    return "accepted";
  });
}

function reopen(unit: UnitOfWork, row: InstanceRow, reason: string, nowMs: number): void {
  unit.store.updateInstance({ ...row, status: "Running", output: null, updatedMs: nowMs, endedMs: null });
  unit.forget(row.id);
  unit.postEvent(
    row.id,
    row.execution,
    historyEvent(eventTypes.genericEvent, nowMs, { Data: rewindMark + reason }),
  );
}

/** The rewind order among an instance's messages, if there is one. */
export function rewindOrder(mails: readonly Mail[]): Mail | undefined {
  return mails.find((mail) => {
    const event = mailEvent(mail);
    return event.EventType === eventTypes.genericEvent && event.Data?.startsWith(rewindMark) === true;
  });
}

/** Rewrites the history; the turn that follows goes on from there. */
export async function carryOutRewind(parts: EngineParts, row: InstanceRow, order: Mail): Promise<void> {
  const { transactions, clock } = parts;
  const history = parseEvents(transactions.store.history(row.id)).filter(
    (event) => event.EventType !== eventTypes.executionCompleted,
  );
  const groups = await findFailedTasks(parts, row, history);
  const reason = (mailEvent(order).Data ?? "").slice(rewindMark.length);
  await transactions.join((unit) => {
    const dropped = new Set<number>();
    const keptSchedules = new Set<number>();
    for (const group of groups) {
      for (const number of group) dropped.add(number);
      if (group.length === 1 && reopenChild(unit, history, group[0], reason, clock.now()))
        for (const number of group) keptSchedules.add(number);
    }
    const kept = history.filter((event) => {
      if (keptSchedules.has(event.EventId)) return true;
      return !dropped.has(event.EventId) && !dropped.has(event.TaskScheduledId ?? event.TimerId ?? -1);
    });
    unit.store.deleteHistory(row.id);
    unit.store.appendHistory(row.id, 0, kept.map((event) => playedText(eventText(event))).join(","));
    unit.consume(row.id, [order]);
    unit.forget(row.id);
    unit.postEvent(
      row.id,
      row.execution,
      historyEvent(eventTypes.genericEvent, clock.now(), { Data: `Rewound: ${reason}` }),
    );
  });
}

/** Replays the failed history once more to learn which numbers belong to what failed. */
async function findFailedTasks(
  parts: EngineParts,
  row: InstanceRow,
  history: readonly HistoryEvent[],
): Promise<number[][]> {
  const outcome = await parts.invoker.orchestrator(
    row.name,
    row.id,
    orchestrationTrigger({
      historyText: history.map(eventText).join(","),
      inputText: row.input,
      instanceId: row.id,
      parentInstanceId: row.parentId,
      isReplaying: true,
      schema: parts.schema,
    }),
  );
  const read = readTurn(outcome);
  if (!read.ok) return [];
  return failedTasks({ actions: read.turn.actions, history, executionId: row.execution, over: true });
}

/** True when the number is that of a failed child instance, which is then rewound in its turn. */
function reopenChild(
  unit: UnitOfWork,
  history: readonly HistoryEvent[],
  number: number | undefined,
  reason: string,
  nowMs: number,
): boolean {
  const created = history.find(
    (event) => event.EventType === eventTypes.subOrchestrationCreated && event.EventId === number,
  );
  if (created?.InstanceId === undefined) return false;
  const child = unit.store.instance(created.InstanceId);
  if (child?.status !== "Failed") return false;
  reopen(unit, child, reason, nowMs);
  return true;
}
