// Runs scheduled activities, a limited number at a time, in the order of their scheduling. An activity runs at least
// once: its row goes in the transaction that records its result.
import { httpActivityName } from "../replay/actions.ts";
import { eventTypes, historyEvent, type HistoryEvent } from "../replay/history-events.ts";
import type { ActivityRow } from "../store/durable-store.ts";
import type { EngineParts } from "./engine-parts.ts";
import { activityFailure } from "./failure.ts";
import { runHttpCall } from "./http-activity.ts";
import { isCurrent } from "./instance-life.ts";
import type { UnitOfWork } from "./transactions.ts";

/** Activities begun before the event loop gets a chance to do something else. */
const startsPerBeat = 256;

export class ActivityRunner {
  readonly #parts: EngineParts;
  readonly #maxConcurrent: number;
  readonly #onChange: () => void;
  readonly #onError: (error: unknown) => void;
  #queue: ActivityRow[] = [];
  #head = 0;
  #running = 0;
  #startsLeft = startsPerBeat;
  readonly #outstanding = new Map<string, number>();
  #stopped = false;

  constructor(
    parts: EngineParts,
    maxConcurrent: number,
    onChange: () => void,
    onError: (error: unknown) => void,
  ) {
    this.#parts = parts;
    this.#maxConcurrent = maxConcurrent;
    this.#onChange = onChange;
    this.#onError = onError;
  }

  get busy(): boolean {
    return this.#running > 0 || this.#head < this.#queue.length;
  }

  get running(): number {
    return this.#running;
  }

  outstanding(instanceId: string): number {
    return this.#outstanding.get(instanceId) ?? 0;
  }

  add(row: ActivityRow): void {
    this.#queue.push(row);
    this.#outstanding.set(row.instanceId, this.outstanding(row.instanceId) + 1);
    this.#onChange();
  }

  pump(): void {
    this.#startsLeft = startsPerBeat;
    this.#fill();
  }

  stop(): void {
    this.#stopped = true;
  }

  /** Deletes the activity and tells its orchestration, if that still is the same execution. */
  #record(unit: UnitOfWork, row: ActivityRow, event: HistoryEvent): void {
    if (!unit.store.deleteActivity(row.seq)) return;
    const cached = this.#parts.cache.peek(row.instanceId);
    const wanted =
      cached === undefined
        ? isCurrent(unit, row.instanceId, row.execution)
        : cached.row.execution === row.execution;
    if (wanted) unit.postEvent(row.instanceId, row.execution, event);
  }

  #fill(): void {
    while (!this.#stopped && this.#running < this.#maxConcurrent && this.#startsLeft > 0) {
      const row = this.#queue[this.#head];
      if (row === undefined) break;
      this.#head += 1;
      this.#startsLeft -= 1;
      this.#running += 1;
      this.#run(row).catch(this.#onError);
    }
    if (this.#head > 1024 && this.#head * 2 > this.#queue.length) {
      this.#queue = this.#queue.slice(this.#head);
      this.#head = 0;
    }
    if (this.#startsLeft === 0) this.#onChange();
  }

  async #run(row: ActivityRow): Promise<void> {
    const event = await this.#outcome(row);
    this.#running -= 1;
    const left = this.outstanding(row.instanceId) - 1;
    if (left > 0) this.#outstanding.set(row.instanceId, left);
    else this.#outstanding.delete(row.instanceId);
    const recorded = this.#parts.transactions.join((unit) => this.#record(unit, row, event));
    this.#fill();
    await recorded;
  }

  async #outcome(row: ActivityRow): Promise<HistoryEvent> {
    const { invoker, clock } = this.#parts;
    const { name, instanceId, input, taskId } = row;
    const failed = (message: string, errorType?: string) => {
      const failure = activityFailure(name, message, errorType);
      return historyEvent(eventTypes.taskFailed, clock.now(), {
        TaskScheduledId: taskId,
        Reason: failure.reason,
        Details: failure.details,
        ...(failure.failureDetails === undefined ? {} : { FailureDetails: failure.failureDetails }),
      });
    };
    try {
      if (name === httpActivityName) {
        const result = await runHttpCall(this.#parts.http, input ?? "");
        return historyEvent(eventTypes.taskCompleted, clock.now(), {
          TaskScheduledId: taskId,
          Result: result,
        });
      }
      if (!invoker.has("activity", name))
        return failed(`The function '${name}' doesn't exist, is disabled, or is not an activity function.`);
      const outcome = await invoker.activity(name, instanceId, input ?? undefined);
      if (!outcome.ok) return failed(outcome.message, outcome.errorType);
      return historyEvent(eventTypes.taskCompleted, clock.now(), {
        TaskScheduledId: taskId,
        Result: outcome.result,
      });
    } catch (error) {
      return failed(error instanceof Error ? error.message : String(error));
    }
  }
}
