// Whether a decision made in this replay is the one that the history records under the same number.
import { httpActivityName } from "../../replay/actions.ts";
import { eventTypes, type HistoryEvent } from "../../replay/history-events.ts";
import type { Decision, Mismatch } from "./decisions.ts";

/** Undefined when they agree. */
export function mismatchOf(
  event: HistoryEvent,
  position: number,
  decision: Decision | undefined,
): Mismatch | undefined {
  if (decision !== undefined && matches(event, decision)) return undefined;
  return {
    position,
    eventType: event.EventType,
    number: event.EventId,
    recorded: describeEvent(event),
    replayed: decision === undefined ? undefined : describeDecision(decision),
  };
}

function matches(event: HistoryEvent, decision: Decision): boolean {
  switch (event.EventType) {
    case eventTypes.taskScheduled:
      return nameOf(decision) === event.Name && (decision.kind === "activity" || decision.kind === "http");
    case eventTypes.subOrchestrationCreated:
      return decision.kind === "subOrchestration" && decision.name === event.Name;
    case eventTypes.timerCreated:
      return decision.kind === "timer";
    default:
      return (
        decision.kind === "send" && decision.event === event.Name && decision.target === event.InstanceId
      );
  }
}

function nameOf(decision: Decision): string | undefined {
  if (decision.kind === "http") return httpActivityName;
  return decision.kind === "activity" ? decision.name : undefined;
}

function describeEvent(event: HistoryEvent): string {
  switch (event.EventType) {
    case eventTypes.taskScheduled:
      return `activity '${event.Name}'`;
    case eventTypes.subOrchestrationCreated:
      return `sub-orchestration '${event.Name}'`;
    case eventTypes.timerCreated:
      return "a timer";
    default:
      return `message '${event.Name}' to entity '${event.InstanceId}'`;
  }
}

function describeDecision(decision: Decision): string {
  switch (decision.kind) {
    case "activity":
      return `activity '${decision.name}'`;
    case "http":
      return `activity '${httpActivityName}'`;
    case "subOrchestration":
      return `sub-orchestration '${decision.name}'`;
    case "timer":
      return "a timer";
    case "send":
      return `message '${decision.event}' to entity '${decision.target}'`;
  }
}
