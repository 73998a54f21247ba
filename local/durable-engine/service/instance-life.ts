// Beginning and end of an instance: the rows and messages that go with them. Every function works inside a transaction
// its caller has begun.
import { eventTypes, historyEvent, type HistoryEvent } from "../replay/history-events.ts";
import type { RuntimeStatus } from "../engine-contract.ts";
import type { InstanceRow } from "../store/durable-store.ts";
import type { EngineParts } from "./engine-parts.ts";
import { releaseForgottenLocks } from "./entity-locks.ts";
import type { UnitOfWork } from "./transactions.ts";
import { newExecutionId } from "./engine-parts.ts";

export interface NewInstance {
  id: string;
  name: string;
  version: string | null;
  input: string | null;
  parent?: { id: string; execution: string; task: number };
}

/** Writes a new instance and the message that starts it; an ended instance of that id is replaced. */
export function createInstance(parts: EngineParts, unit: UnitOfWork, instance: NewInstance): InstanceRow {
  const nowMs = parts.clock.now();
  const row: InstanceRow = {
    id: instance.id,
    execution: newExecutionId(parts.random),
    name: instance.name,
    version: instance.version,
    status: "Pending",
    input: instance.input,
    output: null,
    customStatus: null,
    parentId: instance.parent?.id ?? null,
    parentExecution: instance.parent?.execution ?? null,
    parentTask: instance.parent?.task ?? null,
    createdMs: nowMs,
    updatedMs: nowMs,
    endedMs: null,
  };
  unit.store.putInstance(row);
  unit.postEvent(row.id, row.execution, startEvent(row, nowMs));
  return row;
}

export function startEvent(row: InstanceRow, nowMs: number): HistoryEvent {
  return historyEvent(eventTypes.executionStarted, nowMs, {
    Name: row.name,
    Version: row.version,
    Input: row.input,
    OrchestrationInstance: { InstanceId: row.id, ExecutionId: row.execution },
    ParentInstance:
      row.parentId === null || row.parentExecution === null || row.parentTask === null
        ? null
        : { InstanceId: row.parentId, ExecutionId: row.parentExecution, TaskScheduleId: row.parentTask },
  });
}

export interface Ending {
  status: Extract<RuntimeStatus, "Completed" | "Failed" | "Terminated">;
  /** JSON text. */
  output: string | null;
  customStatus: string | null;
  /** For a failure: what the parent is told. */
  reason?: string;
  details?: string;
  failureDetails?: HistoryEvent["FailureDetails"];
}

/** Ends an instance: tells its parent, frees its locks, removes what can no longer have an effect. */
export function endInstance(
  parts: EngineParts,
  unit: UnitOfWork,
  row: InstanceRow,
  ending: Ending,
): InstanceRow {
  const nowMs = parts.clock.now();
  const ended: InstanceRow = {
    ...row,
    status: ending.status,
    output: ending.output,
    customStatus: ending.customStatus,
    updatedMs: nowMs,
    endedMs: nowMs,
  };
  unit.store.updateInstance(ended);
  unit.store.deleteTimers(row.id);
  unit.dropMail(row.id);
  unit.forget(row.id);
  releaseForgottenLocks(parts, unit, row);
  notifyParent(unit, row, ending, nowMs);
  return ended;
}

function notifyParent(unit: UnitOfWork, row: InstanceRow, ending: Ending, nowMs: number): void {
  const { parentId, parentExecution, parentTask } = row;
  if (parentId === null || parentExecution === null || parentTask === null) return;
  if (!isCurrent(unit, parentId, parentExecution)) return;
  const event =
    ending.status === "Completed"
      ? historyEvent(eventTypes.subOrchestrationCompleted, nowMs, {
          TaskScheduledId: parentTask,
          Result: ending.output,
        })
      : historyEvent(eventTypes.subOrchestrationFailed, nowMs, {
          TaskScheduledId: parentTask,
          Reason: ending.reason ?? "",
          Details: ending.details ?? "",
          ...(ending.failureDetails === undefined ? {} : { FailureDetails: ending.failureDetails }),
        });
  unit.postEvent(parentId, parentExecution, event);
}

/** True when the execution is the instance's current one and has not ended. */
export function isCurrent(unit: UnitOfWork, instanceId: string, execution: string): boolean {
  const row = unit.store.instance(instanceId);
  return row !== undefined && row.endedMs === null && row.execution === execution;
}
