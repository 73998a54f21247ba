// Replays a recorded history turn by turn against today's code and reports where the code would decide differently: the
// check behind golden histories. It needs no engine and no store.
import type { FunctionInvoker } from "../engine-contract.ts";
import { eventText, eventTypes, type HistoryEvent } from "../replay/history-events.ts";
import { readTurn } from "../replay/orchestrator-result.ts";
import { orchestrationTrigger } from "../replay/trigger.ts";
import { replayText } from "./instance-cache.ts";
import type { Decision } from "./interpreter/decisions.ts";
import { interpret, mismatchText } from "./interpreter/interpret.ts";

export interface RecordedHistory {
  instanceId: string;
  /** Raw events as `client.history` returns them, of one execution. */
  events: readonly HistoryEvent[];
  parentInstanceId?: string;
  schema?: "V3" | "V4";
}

/** Sentences about each turn that the code no longer repeats; empty when all of them fit. */
export async function verifyHistory(
  recorded: RecordedHistory,
  invoker: Pick<FunctionInvoker, "orchestrator">,
): Promise<string[]> {
  const started = recorded.events.find((event) => event.EventType === eventTypes.executionStarted);
  if (started?.Name === undefined) return ["The history has no ExecutionStarted event."];
  const problems: string[] = [];
  const { Name: name, Input: input = null } = started;
  const executionId = started.OrchestrationInstance?.ExecutionId ?? "";
  for (const { before, given, decided, over } of turnsOf(recorded.events)) {
    const history = [...before, ...given];
    const outcome = await invoker.orchestrator(
      name,
      recorded.instanceId,
      orchestrationTrigger({
        historyText: replayText(history, history.map(eventText)),
        inputText: input,
        instanceId: recorded.instanceId,
        parentInstanceId: recorded.parentInstanceId ?? null,
        isReplaying: before.length > 0,
        schema: recorded.schema ?? "V4",
      }),
    );
    const read = readTurn(outcome);
    if (!read.ok) return [...problems, `After ${history.length} events: ${read.message}`];
    const found = interpret({ actions: read.turn.actions, history, executionId, over });
    if (found.mismatch !== undefined) return [...problems, mismatchText(name, found.mismatch)];
    const expected = decided.map((event) => `${event.EventId} ${event.EventType} ${event.Name ?? ""}`);
    const actual = found.decisions.map(describe);
    if (expected.join() !== actual.join())
      problems.push(
        `After ${history.length} events the history records [${expected.join(", ")}], the code decides [${actual.join(", ")}].`,
      );
    const ended = read.turn.isDone || read.turn.error !== undefined;
    if (over !== (ended && found.settled))
      problems.push(
        `After ${history.length} events the code ${ended ? "ends" : "doesn't end"}, unlike the history.`,
      );
  }
  return problems;
}

interface RecordedTurn {
  before: HistoryEvent[];
  given: HistoryEvent[];
  decided: HistoryEvent[];
  over: boolean;
}

/** The turns in which the orchestrator ran; those that only suspend or resume it are passed over. */
function turnsOf(events: readonly HistoryEvent[]): RecordedTurn[] {
  const turns: RecordedTurn[] = [];
  const before: HistoryEvent[] = [];
  let current: RecordedTurn | undefined;
  for (const event of events) {
    if (event.EventType === eventTypes.orchestratorStarted)
      current = { before: [...before], given: [], decided: [], over: false };
    before.push(event);
    if (current === undefined) continue;
    if (event.EventType === eventTypes.orchestratorCompleted) {
      if (current.given.some((given) => !passive.has(given.EventType))) turns.push(current);
      current = undefined;
    } else if (event.EventType === eventTypes.executionCompleted) current.over = true;
    else if (event.EventId >= 0) current.decided.push(event);
    else current.given.push(event);
  }
  return turns;
}

const passive: ReadonlySet<number> = new Set([
  eventTypes.orchestratorStarted,
  eventTypes.executionSuspended,
  eventTypes.executionResumed,
  eventTypes.genericEvent,
]);

const recordedAs = {
  activity: eventTypes.taskScheduled,
  http: eventTypes.taskScheduled,
  subOrchestration: eventTypes.subOrchestrationCreated,
  timer: eventTypes.timerCreated,
  send: eventTypes.eventSent,
} as const;

function describe(decision: Decision): string {
  const name =
    decision.kind === "activity" || decision.kind === "subOrchestration"
      ? decision.name
      : decision.kind === "send"
        ? decision.event
        : decision.kind === "http"
          ? "BuiltIn::HttpActivity"
          : "";
  return `${decision.id} ${recordedAs[decision.kind]} ${name}`;
}
