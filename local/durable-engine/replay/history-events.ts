// Events of an orchestration's history, in the shape the Durable Functions SDK reads (PascalCase, numbered types).
// Invariant: an event's text begins with `IsPlayed`, so that it can be marked as replayed without parsing it.
// Nothing here decides anything.

export const eventTypes = {
  executionStarted: 0,
  executionCompleted: 1,
  executionFailed: 2,
  executionTerminated: 3,
  taskScheduled: 4,
  taskCompleted: 5,
  taskFailed: 6,
  subOrchestrationCreated: 7,
  subOrchestrationCompleted: 8,
  subOrchestrationFailed: 9,
  timerCreated: 10,
  timerFired: 11,
  orchestratorStarted: 12,
  orchestratorCompleted: 13,
  eventSent: 14,
  eventRaised: 15,
  continueAsNew: 16,
  genericEvent: 17,
  historyState: 18,
  executionSuspended: 19,
  executionResumed: 20,
} as const;

/** Name of an event type as the public API writes it. */
export const eventTypeNames: Readonly<Record<number, string>> = {
  0: "ExecutionStarted",
  1: "ExecutionCompleted",
  2: "ExecutionFailed",
  3: "ExecutionTerminated",
  4: "TaskScheduled",
  5: "TaskCompleted",
  6: "TaskFailed",
  7: "SubOrchestrationInstanceCreated",
  8: "SubOrchestrationInstanceCompleted",
  9: "SubOrchestrationInstanceFailed",
  10: "TimerCreated",
  11: "TimerFired",
  12: "OrchestratorStarted",
  13: "OrchestratorCompleted",
  14: "EventSent",
  15: "EventRaised",
  16: "ContinueAsNew",
  17: "GenericEvent",
  18: "HistoryState",
  19: "ExecutionSuspended",
  20: "ExecutionResumed",
};

/** What a failed task tells its orchestrator besides the text (field names as the SDK's TaskFailedError reads them). */
export interface FailureDetails {
  ErrorType: string;
  ErrorMessage: string;
  StackTrace?: string | undefined;
  IsNonRetriable?: boolean;
  Properties?: unknown;
  InnerFailure?: FailureDetails | undefined;
}

/** One event. Which of the optional fields are there depends on the type; payloads (`Input`, `Result`) are JSON text. */
export interface HistoryEvent {
  IsPlayed: boolean;
  EventType: number;
  /** The sequence number for "scheduled" events, -1 for all others. */
  EventId: number;
  /** ISO 8601, UTC. */
  Timestamp: string;
  Name?: string | undefined;
  Version?: string | null | undefined;
  Input?: string | null | undefined;
  Result?: string | null | undefined;
  Reason?: string | undefined;
  Details?: string | undefined;
  FailureDetails?: FailureDetails | undefined;
  TaskScheduledId?: number;
  TimerId?: number;
  FireAt?: string;
  InstanceId?: string;
  OrchestrationInstance?: { InstanceId: string; ExecutionId: string };
  ParentInstance?: ParentInstance | null | undefined;
  OrchestrationStatus?: string;
  Data?: string;
}

export interface ParentInstance {
  InstanceId: string;
  ExecutionId: string;
  TaskScheduleId: number;
}

export type EventFields = Omit<HistoryEvent, "IsPlayed" | "EventType" | "EventId" | "Timestamp">;

export function historyEvent(
  type: number,
  atMs: number,
  fields: EventFields = {},
  eventId: number = -1,
): HistoryEvent {
  return {
    IsPlayed: false,
    EventType: type,
    EventId: eventId,
    Timestamp: new Date(atMs).toISOString(),
    ...fields,
  };
}

const freshPrefix = '{"IsPlayed":false';
const playedPrefix = '{"IsPlayed":true';

export function eventText(event: HistoryEvent): string {
  return JSON.stringify(event);
}

/** The same event's text, marked as belonging to an earlier turn. */
export function playedText(text: string): string {
  return text.startsWith(freshPrefix) ? playedPrefix + text.slice(freshPrefix.length) : text;
}

/** Reads chunks of comma-joined event texts as the store keeps them. */
export function parseEvents(chunks: readonly string[]): HistoryEvent[] {
  return JSON.parse(`[${chunks.join(",")}]`) as HistoryEvent[];
}

/**
 * The part of an event that the interpreter can still need in a later turn. Results are dropped except those of HTTP
 * calls that answered 202, whose headers decide how polling goes on.
 */
export function slimEvent(event: HistoryEvent): HistoryEvent {
  const { IsPlayed, EventType, EventId, Timestamp } = event;
  const slim: HistoryEvent = { IsPlayed, EventType, EventId, Timestamp };
  if (event.Name !== undefined) slim.Name = event.Name;
  if (event.TaskScheduledId !== undefined) slim.TaskScheduledId = event.TaskScheduledId;
  if (event.TimerId !== undefined) slim.TimerId = event.TimerId;
  if (event.InstanceId !== undefined) slim.InstanceId = event.InstanceId;
  if (EventType === eventTypes.eventSent) slim.Input = event.Input;
  if (event.Result?.startsWith(pollingResultPrefix) === true) slim.Result = event.Result;
  return slim;
}

/** How the engine begins the result of an HTTP call that was accepted but not finished. */
export const pollingResultPrefix = '{"statusCode":202,';
