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
import type { Entry } from "./ledger.ts";
import { mailEvent, type Mail } from "./mailboxes.ts";

const rewindMark = "Rewind: ";

export function requestRewind(
  { ledger, clock }: EngineParts,
  instanceId: string,
  reason: string,
): CommandOutcome | "notFailed" {
  return ledger.commit((entry) => {
    const row = entry.store.instance(instanceId);
    if (row === undefined) return "notFound";
    if (row.status !== "Failed") return "notFailed";
    reopen(entry, row, reason, clock.now());
    return "accepted";
  });
}

function reopen(entry: Entry, row: InstanceRow, reason: string, nowMs: number): void {
  entry.store.updateInstance({ ...row, status: "Running", output: null, updatedMs: nowMs, endedMs: null });
  entry.forget(row.id);
  entry.postEvent(
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
  const { ledger, clock } = parts;
  const history = parseEvents(ledger.store.history(row.id)).filter(
    (event) => event.EventType !== eventTypes.executionCompleted,
  );
  const groups = await findFailedTasks(parts, row, history);
  const reason = (mailEvent(order).Data ?? "").slice(rewindMark.length);
  await ledger.join((entry) => {
    const dropped = new Set<number>();
    const keptSchedules = new Set<number>();
    for (const group of groups) {
      for (const number of group) dropped.add(number);
      if (group.length === 1 && reopenChild(entry, history, group[0], reason, clock.now()))
        for (const number of group) keptSchedules.add(number);
    }
    const kept = history.filter((event) => {
      if (keptSchedules.has(event.EventId)) return true;
      return !dropped.has(event.EventId) && !dropped.has(event.TaskScheduledId ?? event.TimerId ?? -1);
    });
    entry.store.deleteHistory(row.id);
    entry.store.appendHistory(row.id, 0, kept.map((event) => playedText(eventText(event))).join(","));
    entry.consume(row.id, [order]);
    entry.forget(row.id);
    entry.postEvent(
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
  entry: Entry,
  history: readonly HistoryEvent[],
  number: number | undefined,
  reason: string,
  nowMs: number,
): boolean {
  const created = history.find(
    (event) => event.EventType === eventTypes.subOrchestrationCreated && event.EventId === number,
  );
  if (created?.InstanceId === undefined) return false;
  const child = entry.store.instance(created.InstanceId);
  if (child?.status !== "Failed") return false;
  reopen(entry, child, reason, nowMs);
  return true;
}
