// A history as the public API shows it: type names instead of numbers, no ids and no turn markers, and what was
// scheduled folded into its completion (`FunctionName`, `ScheduledTime`).
import { eventTypeNames, eventTypes, type HistoryEvent } from "../replay/history-events.ts";
import { parsed } from "./status-payload.ts";

const hidden: ReadonlySet<number> = new Set([
  eventTypes.orchestratorStarted,
  eventTypes.orchestratorCompleted,
  eventTypes.taskScheduled,
  eventTypes.subOrchestrationCreated,
  eventTypes.timerCreated,
]);

export function publicHistory(
  events: readonly HistoryEvent[],
  options: { showOutput: boolean; showInput: boolean },
): Record<string, unknown>[] {
  const scheduled = new Map<number, HistoryEvent>();
  for (const event of events) if (event.EventId >= 0) scheduled.set(event.EventId, event);
  return events
    .filter((event) => !hidden.has(event.EventType))
    .map((event) => publicEvent(event, scheduled, options));
}

function publicEvent(
  event: HistoryEvent,
  scheduled: ReadonlyMap<number, HistoryEvent>,
  { showOutput, showInput }: { showOutput: boolean; showInput: boolean },
): Record<string, unknown> {
  const shown: Record<string, unknown> = {
    EventType: eventTypeNames[event.EventType],
    Timestamp: event.Timestamp,
  };
  const origin = scheduled.get(event.TaskScheduledId ?? event.TimerId ?? -1);
  if (origin !== undefined) {
    shown["ScheduledTime"] = origin.Timestamp;
    if (origin.Name !== undefined) shown["FunctionName"] = origin.Name;
  }
  if (event.EventType === eventTypes.executionStarted) {
    shown["FunctionName"] = event.Name;
    if (showInput) shown["Input"] = parsed(event.Input);
  } else if (event.Name !== undefined) {
    shown["Name"] = event.Name;
    if (showInput && event.Input !== undefined) shown["Input"] = parsed(event.Input);
  }
  if (event.OrchestrationStatus !== undefined) shown["OrchestrationStatus"] = event.OrchestrationStatus;
  if (showOutput && event.Result !== undefined) shown["Result"] = parsed(event.Result);
  for (const field of ["FireAt", "Reason", "Details", "InstanceId"] as const)
    if (event[field] !== undefined) shown[field] = event[field];
  return shown;
}
