// Short names for actions as the SDK writes them and for events as the engine writes them.
import {
  eventTypes,
  historyEvent,
  type EventFields,
  type HistoryEvent,
} from "../../../../../local/durable-engine/replay/history-events.ts";

export const startMs = Date.UTC(2026, 0, 1);

export const activity = (functionName: string, input?: unknown) => ({ actionType: 0, functionName, input });
export const retried = (functionName: string, retryOptions: unknown) => ({
  actionType: 1,
  functionName,
  retryOptions,
});
export const sub = (functionName: string, instanceId?: string, retryOptions?: unknown) => ({
  actionType: retryOptions === undefined ? 2 : 3,
  functionName,
  instanceId,
  retryOptions,
});
export const continueAsNew = (input: unknown) => ({ actionType: 4, input });
export const timer = (afterMs: number, isCanceled = false) => ({
  actionType: 5,
  fireAt: new Date(startMs + afterMs),
  isCanceled,
});
export const wait = (externalEventName: string) => ({
  actionType: 6,
  externalEventName,
  reason: "ExternalEvent",
});
export const callEntity = (instanceId: string, operation: string, input: unknown) => ({
  actionType: 7,
  instanceId,
  operation,
  input,
});
export const http = (method: string, uri: string, asynchronousPatternEnabled = true) => ({
  actionType: 8,
  httpRequest: { method, uri, asynchronousPatternEnabled },
});
export const signal = (instanceId: string, operation: string) => ({ actionType: 9, instanceId, operation });
export const any = (...compoundActions: unknown[]) => ({ actionType: 11, compoundActions });
export const all = (...compoundActions: unknown[]) => ({ actionType: 12, compoundActions });
export const lock = (lockRequestId: string, ...entities: [string, string][]) => ({
  actionType: 13,
  lockRequestId,
  lockSet: entities.map(([name, key]) => ({ name, key })),
});
export const release = () => ({ actionType: 14 });

export const event = (type: number, fields: EventFields = {}, id = -1): HistoryEvent =>
  historyEvent(type, startMs, fields, id);
export const scheduled = (id: number, name: string) => event(eventTypes.taskScheduled, { Name: name }, id);
export const created = (id: number, name: string, instanceId: string) =>
  event(eventTypes.subOrchestrationCreated, { Name: name, InstanceId: instanceId }, id);
export const timerCreated = (id: number) => event(eventTypes.timerCreated, { FireAt: "" }, id);
export const sent = (id: number, target: string, name: string, requestId: string) =>
  event(
    eventTypes.eventSent,
    { InstanceId: target, Name: name, Input: JSON.stringify({ id: requestId }) },
    id,
  );
export const completed = (id: number, result: string | null = "null") =>
  event(eventTypes.taskCompleted, { TaskScheduledId: id, Result: result });
export const failed = (id: number) =>
  event(eventTypes.taskFailed, { TaskScheduledId: id, Reason: "r", Details: "d" });
export const fired = (id: number) => event(eventTypes.timerFired, { TimerId: id });
export const raised = (name: string) => event(eventTypes.eventRaised, { Name: name, Input: "1" });

/** The first turn up to where its decisions go. */
export const start = (): HistoryEvent[] => [
  event(eventTypes.orchestratorStarted),
  event(eventTypes.executionStarted, { Name: "main", Input: null }),
];

/** A later turn: the end of the one before, then the messages delivered. */
export const turn = Object.assign((...messages: HistoryEvent[]): HistoryEvent[] => turnAt(0, messages), {
  at: (afterMs: number, ...messages: HistoryEvent[]): HistoryEvent[] => turnAt(afterMs, messages),
});

function turnAt(afterMs: number, messages: HistoryEvent[]): HistoryEvent[] {
  return [
    event(eventTypes.orchestratorCompleted),
    historyEvent(eventTypes.orchestratorStarted, startMs + afterMs),
    ...messages,
  ];
}
