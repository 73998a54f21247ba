// Removes ended instances some time after their end, a few at a time, so that neither the database nor a list of
// instances grows for ever. Woken by the clock for the oldest of them only.
import type { Timer } from "../../clock.ts";
import type { EngineParts } from "./engine-parts.ts";

const removalsPerTransaction = 200;

export class Retention {
  readonly #parts: EngineParts;
  readonly #retentionMs: number | undefined;
  readonly #onError: (error: unknown) => void;
  #alarm: Timer | undefined;
  #stopped = false;

  /** `retentionMs` undefined: everything is kept. */
  constructor(parts: EngineParts, retentionMs: number | undefined, onError: (error: unknown) => void) {
    this.#parts = parts;
    this.#retentionMs = retentionMs;
    this.#onError = onError;
  }

  /** To be called when an instance has ended; cheap while a removal is already planned. */
  arm(): void {
    if (this.#retentionMs === undefined || this.#alarm !== undefined || this.#stopped) return;
    const first = this.#parts.transactions.store.firstEnd();
    if (first !== undefined)
      this.#alarm = this.#parts.clock.at(first + this.#retentionMs, () => this.#remove());
  }

  stop(): void {
    this.#stopped = true;
    this.#alarm?.cancel();
  }

  #remove(): void {
    this.#alarm = undefined;
    if (this.#stopped || this.#retentionMs === undefined) return;
    const { transactions, clock, logger } = this.#parts;
    const beforeMs = clock.now() - this.#retentionMs;
    try {
      const removed = transactions.commit((unit) => {
        const ids = unit.store.endedBefore(beforeMs, removalsPerTransaction);
        for (const id of ids) unit.removeInstance(id);
        return ids.length;
      });
      if (removed > 0) logger.info("retention.removed", { instances: removed });
      this.arm();
    } catch (error) {
      this.#onError(error);
    }
  }
}
