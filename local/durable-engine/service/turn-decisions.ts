// Carries new decisions into the turn's transaction: an event in the history for each, and the activity, timer, child
// instance or message that it stands for.
import { httpActivityName, jsonText, type HttpCall } from "../replay/actions.ts";
import type { EntityMessage, EntityRequest } from "../replay/entity-messages.ts";
import { eventTypes, historyEvent } from "../replay/history-events.ts";
import { activityArguments, activityText } from "../replay/trigger.ts";
import { newExecutionId } from "./engine-parts.ts";
import { createInstance } from "./instance-life.ts";
import type { Decision, EntityCommand } from "./interpreter/decisions.ts";
import type { UnitOfWork } from "./transactions.ts";
import { addEvent, type Turn } from "./turn-record.ts";

export function recordDecisions(turn: Turn, unit: UnitOfWork, decisions: readonly Decision[]): void {
  for (const decision of decisions) {
    switch (decision.kind) {
      case "activity":
        recordActivity(turn, unit, decision.id, decision.name, activityText(decision.input), decision.input);
        break;
      case "http":
        recordActivity(turn, unit, decision.id, httpActivityName, httpText(decision.call), decision.call);
        break;
      case "subOrchestration":
        recordChild(turn, unit, decision);
        break;
      case "timer":
        recordTimer(turn, unit, decision.id, decision.fireAtMs);
        break;
      case "send":
        recordMessage(turn, unit, decision);
        break;
    }
  }
}

function httpText(call: HttpCall): string {
  return JSON.stringify(call);
}

function recordActivity(
  turn: Turn,
  unit: UnitOfWork,
  id: number,
  name: string,
  text: string | null,
  input: unknown,
): void {
  const { row } = turn.loaded;
  addEvent(
    turn,
    historyEvent(
      eventTypes.taskScheduled,
      turn.nowMs,
      { Name: name, Version: "", Input: activityArguments(input) },
      id,
    ),
  );
  unit.schedule({ instanceId: row.id, execution: row.execution, taskId: id, name, input: text });
}

function recordTimer(turn: Turn, unit: UnitOfWork, id: number, fireAtMs: number): void {
  const { row } = turn.loaded;
  addEvent(
    turn,
    historyEvent(eventTypes.timerCreated, turn.nowMs, { FireAt: new Date(fireAtMs).toISOString() }, id),
  );
  unit.startTimer({ instanceId: row.id, execution: row.execution, timerId: id, dueMs: fireAtMs });
}

function recordChild(
  turn: Turn,
  unit: UnitOfWork,
  decision: Extract<Decision, { kind: "subOrchestration" }>,
): void {
  const { parts, nowMs } = turn;
  const { row } = turn.loaded;
  const input = jsonText(decision.input);
  const version = decision.version ?? parts.versioning.defaultVersion;
  addEvent(
    turn,
    historyEvent(
      eventTypes.subOrchestrationCreated,
      nowMs,
      { Name: decision.name, Version: version ?? "", InstanceId: decision.instanceId, Input: input },
      decision.id,
    ),
  );
  const refusal = childRefusal(turn, unit, decision);
  if (refusal !== undefined) {
    const reason = `Orchestrator function '${decision.name}' failed: ${refusal}`;
    const details = JSON.stringify({ ClassName: "InvalidOperationException", Message: refusal });
    unit.postEvent(
      row.id,
      row.execution,
      historyEvent(eventTypes.subOrchestrationFailed, nowMs, {
        TaskScheduledId: decision.id,
        Reason: reason,
        Details: details,
      }),
    );
    return;
  }
  if (unit.store.instance(decision.instanceId) !== undefined) unit.removeInstance(decision.instanceId);
  createInstance(parts, unit, {
    id: decision.instanceId,
    name: decision.name,
    version,
    input,
    parent: { id: row.id, execution: row.execution, task: decision.id },
  });
}

function childRefusal(
  turn: Turn,
  unit: UnitOfWork,
  decision: Extract<Decision, { kind: "subOrchestration" }>,
): string | undefined {
  if (!turn.parts.invoker.has("orchestrator", decision.name))
    return `The function '${decision.name}' doesn't exist, is disabled, or is not an orchestrator function.`;
  const existing = unit.store.instance(decision.instanceId);
  if (existing !== undefined && existing.endedMs === null)
    return `An instance with the id '${decision.instanceId}' is already running.`;
  return undefined;
}

function recordMessage(turn: Turn, unit: UnitOfWork, decision: Extract<Decision, { kind: "send" }>): void {
  const { row } = turn.loaded;
  const requestId = requestIdOf(turn, decision.message);
  const message = entityMessage(decision.message, requestId, row);
  addEvent(
    turn,
    historyEvent(
      eventTypes.eventSent,
      turn.nowMs,
      {
        InstanceId: decision.target,
        Name: decision.event,
        // The SDK reads the id of the answer from here.
        Input: JSON.stringify(
          message.kind === "request" ? message.request : { parent: row.id, id: requestId },
        ),
      },
      decision.id,
    ),
  );
  unit.post(decision.target, JSON.stringify(message));
}

function requestIdOf(turn: Turn, command: EntityCommand): string {
  return command.kind === "lock" ? command.id : newExecutionId(turn.parts.random);
}

function entityMessage(
  command: EntityCommand,
  id: string,
  sender: { id: string; execution: string },
): EntityMessage {
  const from = { parent: sender.id, parentExecution: sender.execution };
  switch (command.kind) {
    case "release":
      return { kind: "release", parent: sender.id, id };
    case "lock":
      return { kind: "request", request: { id, ...from, lockset: command.lockset, pos: 0 } };
    case "call":
      return {
        kind: "request",
        request: { id, ...from, op: command.operation, input: jsonText(command.input) },
      };
    case "signal": {
      const request: EntityRequest = {
        id,
        ...from,
        op: command.operation,
        signal: true,
        input: jsonText(command.input),
      };
      if (command.dueMs !== undefined) request.dueMs = command.dueMs;
      return { kind: "request", request };
    }
  }
}
