// Names waiting for a look, each looked at by one worker at a time, several names side by side. A name that is touched
// while it is being looked at gets another look afterwards, so no change is ever missed.
import type { Clock, Timer } from "../clock.ts";

export interface WorkQueue {
  /** Looks at the name after `delayMs`; an earlier appointment stays. */
  touch(name: string, delayMs?: number): void;
  /** Resolves when every name that waits or is busy now has had a look that began after this call. */
  settle(): Promise<void>;
  /** True while any name waits or is busy. */
  active(): boolean;
  /** True while a worker looks at the name. */
  isBusy(name: string): boolean;
  /** Lets running looks finish and starts none. */
  stop(): Promise<void>;
}

export interface WorkQueueOptions {
  readonly clock: Clock;
  readonly workers: number;
  /** Must not reject. A number: the look settled nothing, another one is wanted after so many milliseconds. */
  look(name: string): Promise<number | undefined>;
}

export function createWorkQueue(o: WorkQueueOptions): WorkQueue {
  return new Queue(o);
}

interface Settling {
  readonly since: number;
  readonly left: Set<string>;
  readonly done: () => void;
}

class Queue implements WorkQueue {
  readonly #o: WorkQueueOptions;
  readonly #ready = new Set<string>();
  readonly #waiting = new Map<string, Timer>();
  /** When each running look began, counted in looks. */
  readonly #busy = new Map<string, number>();
  /** Busy names that were touched meanwhile, with the delay wanted. */
  readonly #again = new Map<string, number>();
  readonly #settlings = new Set<Settling>();
  #begun = 0;
  #stopped: (() => void) | undefined;

  constructor(o: WorkQueueOptions) {
    this.#o = o;
  }

  isBusy(name: string): boolean {
    return this.#busy.has(name);
  }

  active(): boolean {
    return this.#ready.size + this.#waiting.size + this.#busy.size > 0;
  }

  touch(name: string, delayMs = 0): void {
    if (this.#stopped !== undefined) return;
    if (this.#busy.has(name)) {
      this.#again.set(name, Math.min(delayMs, this.#again.get(name) ?? delayMs));
    } else if (delayMs <= 0) {
      this.#waiting.get(name)?.cancel();
      this.#waiting.delete(name);
      this.#ready.add(name);
      this.#pump();
    } else if (!this.#ready.has(name) && !this.#waiting.has(name)) {
      const due = () => {
        this.#waiting.delete(name);
        this.touch(name);
      };
      this.#waiting.set(name, this.#o.clock.at(this.#o.clock.now() + delayMs, due));
    }
  }

  settle(): Promise<void> {
    const left = new Set([...this.#ready, ...this.#waiting.keys(), ...this.#busy.keys()]);
    if (left.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const settling: Settling = { since: this.#begun, left, done: resolve };
      this.#settlings.add(settling);
      for (const name of left) this.touch(name);
    });
  }

  stop(): Promise<void> {
    for (const timer of this.#waiting.values()) timer.cancel();
    return new Promise((resolve) => {
      this.#stopped = resolve;
      if (this.#busy.size === 0) resolve();
    });
  }

  #pump(): void {
    for (const name of this.#ready) {
      if (this.#busy.size >= this.#o.workers || this.#stopped !== undefined) return;
      this.#ready.delete(name);
      this.#busy.set(name, this.#begun++);
      void this.#o.look(name).then((againMs) => this.#finish(name, againMs));
    }
  }

  #finish(name: string, againMs: number | undefined): void {
    const beganAt = this.#busy.get(name) ?? 0;
    this.#busy.delete(name);
    const wanted = this.#again.get(name) ?? againMs;
    this.#again.delete(name);
    if (againMs === undefined) this.#notifySettled(name, beganAt);
    if (wanted !== undefined) this.touch(name, wanted);
    if (this.#busy.size === 0) this.#stopped?.();
    this.#pump();
  }

  #notifySettled(name: string, beganAt: number): void {
    for (const settling of this.#settlings) {
      if (settling.since > beganAt) continue;
      settling.left.delete(name);
      if (settling.left.size > 0) continue;
      this.#settlings.delete(settling);
      settling.done();
    }
  }
}
