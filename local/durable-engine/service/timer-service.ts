// Durable timers. The store is the list of timers; in memory there is only the one clock timer for the earliest of
// them. A timer's row goes in the transaction that posts its event.
import type { Timer } from "../../clock.ts";
import { eventTypes, historyEvent } from "../replay/history-events.ts";
import type { EngineParts } from "./engine-parts.ts";

const timersPerTransaction = 256;

export class TimerService {
  readonly #parts: EngineParts;
  readonly #onError: (error: unknown) => void;
  #armed: { timer: Timer; dueMs: number } | undefined;
  #stopped = false;

  constructor(parts: EngineParts, onError: (error: unknown) => void) {
    this.#parts = parts;
    this.#onError = onError;
  }

  /** Makes sure that the clock wakes the service at `dueMs` or before. */
  arm(dueMs: number): void {
    if (this.#stopped || (this.#armed !== undefined && this.#armed.dueMs <= dueMs)) return;
    this.#armed?.timer.cancel();
    this.#armed = { dueMs, timer: this.#parts.clock.at(dueMs, () => this.#fire()) };
  }

  rearm(): void {
    const first = this.#parts.transactions.store.firstTimer();
    if (first !== undefined) this.arm(first);
  }

  stop(): void {
    this.#stopped = true;
    this.#armed?.timer.cancel();
    this.#armed = undefined;
  }

  #fire(): void {
    const armedMs = this.#armed?.dueMs ?? 0;
    this.#armed = undefined;
    if (this.#stopped) return;
    try {
      while (this.#fireDue(armedMs) === timersPerTransaction);
      this.rearm();
    } catch (error) {
      this.#onError(error);
    }
  }

  /** What the clock woke us for is due, whatever time it says now. */
  #fireDue(armedMs: number): number {
    const { transactions, clock } = this.#parts;
    const nowMs = Math.max(clock.now(), armedMs);
    return transactions.commit((unit) => {
      const due = unit.store.timersDue(nowMs, timersPerTransaction);
      for (const { instanceId, execution, timerId, dueMs } of due) {
        unit.store.deleteTimer(instanceId, timerId);
        unit.postEvent(
          instanceId,
          execution,
          historyEvent(eventTypes.timerFired, nowMs, {
            TimerId: timerId,
            FireAt: new Date(dueMs).toISOString(),
          }),
        );
      }
      return due.length;
    });
  }
}
