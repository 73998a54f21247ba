// Runs entities: one batch at a time for each, everything a batch changes in one transaction (state, lock, answers,
// signals, consumed messages).
import type { Timer } from "../../clock.ts";
import {
  entityId,
  entityResult,
  entityTrigger,
  splitEntityId,
  type EntityMessage,
  type EntityRequest,
  type EntityResult,
} from "../replay/entity-messages.ts";
import { eventTypes, historyEvent } from "../replay/history-events.ts";
import type { EntityRow } from "../store/durable-store.ts";
import { newExecutionId, type EngineParts } from "./engine-parts.ts";
import { planBatch, type EntityPlan } from "./entity-batch.ts";
import { isCurrent } from "./instance-life.ts";
import type { UnitOfWork } from "./transactions.ts";

type Answer = { result: string | null; exceptionType?: string };

export class EntityScheduler {
  readonly #parts: EngineParts;
  readonly #onChange: () => void;
  readonly #onError: (error: unknown) => void;
  readonly #ready = new Set<string>();
  readonly #running = new Set<string>();
  readonly #alarms = new Map<string, Timer>();

  constructor(parts: EngineParts, onChange: () => void, onError: (error: unknown) => void) {
    this.#parts = parts;
    this.#onChange = onChange;
    this.#onError = onError;
  }

  get busy(): boolean {
    return this.#ready.size > 0 || this.#running.size > 0;
  }

  get running(): number {
    return this.#running.size;
  }

  wake(id: string): void {
    this.#ready.add(id);
    this.#onChange();
  }

  pump(): void {
    for (const id of [...this.#ready]) {
      if (this.#running.has(id)) continue;
      this.#ready.delete(id);
      this.#running.add(id);
      this.#runBatch(id).then(
        () => this.#ended(id),
        (error: unknown) => {
          this.#running.delete(id);
          this.#onError(error);
        },
      );
    }
  }

  stop(): void {
    this.#ready.clear();
    for (const alarm of this.#alarms.values()) alarm.cancel();
    this.#alarms.clear();
  }

  #ended(id: string): void {
    this.#running.delete(id);
    if (this.#parts.transactions.mailboxes.hasUnread(id)) this.#ready.add(id);
    this.#onChange();
  }

  async #runBatch(id: string): Promise<void> {
    const { transactions, clock } = this.#parts;
    const mails = transactions.mailboxes
      .read(id)
      .map((mail) => ({ mail, message: JSON.parse(mail.body) as EntityMessage }));
    const row = transactions.store.entity(id) ?? emptyEntity(id);
    const plan = planBatch(row.lockedBy, mails, clock.now());
    if (plan.nextDueMs !== undefined) this.#setAlarm(id, plan.nextDueMs);
    if (plan.consume.length === 0) return;
    const result = plan.operations.length === 0 ? undefined : await this.#invoke(row, plan.operations);
    await this.#record(row, plan, result);
    if (plan.consume.length < mails.length && changesWhoIsServed(row, plan)) this.wake(id);
  }

  #setAlarm(id: string, dueMs: number): void {
    this.#alarms.get(id)?.cancel();
    const alarm = this.#parts.clock.at(dueMs, () => {
      this.#alarms.delete(id);
      this.wake(id);
    });
    this.#alarms.set(id, alarm);
  }

  /** The function's result, or the message with which every operation of the batch fails. */
  async #invoke(row: EntityRow, operations: readonly EntityRequest[]): Promise<EntityResult | string> {
    const self = splitEntityId(row.id);
    if (!this.#parts.invoker.has("entity", self.name))
      return `The function '${self.name}' doesn't exist, is disabled, or is not an entity function.`;
    const batch = operations.map((operation) => ({
      name: operation.op ?? "",
      input: operation.input ?? null,
      isSignal: operation.signal === true,
      id: operation.id,
    }));
    const trigger = entityTrigger(self, row.exists, row.state, batch);
    const outcome = await this.#parts.invoker
      .entity(self.name, trigger)
      .catch((error: unknown) => ({ ok: false, message: String(error) }) as const);
    if (!outcome.ok) return outcome.message;
    const parsed = entityResult.safeParse(outcome.value);
    return parsed.success ? parsed.data : "The entity function returned no valid batch result.";
  }

  #record(row: EntityRow, plan: EntityPlan, result: EntityResult | string | undefined): Promise<void> {
    const { transactions, clock, logger } = this.#parts;
    if (typeof result === "string") logger.warn("entity.batchFailed", { entity: row.id, message: result });
    return transactions.join((unit) => {
      const next: EntityRow = { ...row, lockedBy: plan.lockedBy, updatedMs: clock.now() };
      if (typeof result === "object") {
        next.exists = result.entityExists;
        next.state = result.entityExists ? (result.entityState ?? null) : null;
      }
      if (plan.granted !== undefined && !this.#grant(unit, plan.granted)) next.lockedBy = null;
      if (next.exists || next.lockedBy !== null) unit.store.putEntity(next);
      else unit.store.deleteEntity(row.id);
      plan.operations.forEach((operation, index) => {
        if (operation.signal !== true) this.#answer(unit, operation, answerOf(result, index));
      });
      if (typeof result === "object") this.#sendSignals(unit, result);
      unit.consume(row.id, plan.consume);
    });
  }

  /** Passes a lock request on to the next entity, or tells its sender. False when the sender is gone. */
  #grant(unit: UnitOfWork, request: EntityRequest): boolean {
    const { parent, parentExecution, lockset = [], pos = 0 } = request;
    if (parent === undefined || parentExecution === undefined) return false;
    if (!isCurrent(unit, parent, parentExecution)) return false;
    const next = lockset[pos + 1];
    if (next === undefined) this.#answer(unit, request, { result: null });
    else {
      const message: EntityMessage = { kind: "request", request: { ...request, pos: pos + 1 } };
      unit.post(next, JSON.stringify(message));
    }
    return true;
  }

  #answer(unit: UnitOfWork, request: EntityRequest, answer: Answer): void {
    const { parent, parentExecution, id } = request;
    if (parent === undefined || parentExecution === undefined) return;
    if (!isCurrent(unit, parent, parentExecution)) return;
    unit.postEvent(
      parent,
      parentExecution,
      historyEvent(eventTypes.eventRaised, this.#parts.clock.now(), {
        Name: id,
        Input: JSON.stringify(answer),
      }),
    );
  }

  #sendSignals(unit: UnitOfWork, result: EntityResult): void {
    for (const { target, name, input } of result.signals ?? []) {
      const message: EntityMessage = {
        kind: "request",
        request: {
          id: newExecutionId(this.#parts.random),
          op: name,
          signal: true,
          input: input === "" ? null : (input ?? null),
        },
      };
      unit.post(entityId(target.name, target.key), JSON.stringify(message));
    }
  }
}

function emptyEntity(id: string): EntityRow {
  return { id, exists: false, state: null, lockedBy: null, updatedMs: 0 };
}

/** What is left in the mailbox may be served after this batch, not only after new mail. */
function changesWhoIsServed(row: EntityRow, plan: EntityPlan): boolean {
  return plan.lockedBy === null || plan.lockedBy !== row.lockedBy || plan.operations.length > 0;
}

/** The SDK reports a throwing operation as an error result; a failed batch fails each of its operations. */
function answerOf(result: EntityResult | string | undefined, index: number): Answer {
  if (typeof result === "string")
    return { result: JSON.stringify(result), exceptionType: "System.Exception" };
  const operation = result?.results[index];
  if (operation === undefined) return { result: null };
  const text = operation.result ?? null;
  return operation.isError ? { result: text ?? '""', exceptionType: "System.Exception" } : { result: text };
}
