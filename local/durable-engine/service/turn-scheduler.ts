// Decides when an instance gets its next turn. One turn per instance at a time. Completions are gathered while other
// activities of the same instance still run, for a time in proportion to what its last turn cost: a fan-out with a long
// history takes few turns, and a chain, which has nothing else running, is never delayed.
import type { Clock, Timer } from "../../clock.ts";
import { eventTypes } from "../replay/history-events.ts";
import type { InstanceCache } from "./instance-cache.ts";
import { mailEvent, type Mailboxes } from "./mailboxes.ts";

export interface TurnSchedulerOptions {
  clock: Clock;
  cache: InstanceCache;
  mailboxes: Mailboxes;
  maxConcurrent: number;
  run(instanceId: string): Promise<void>;
  /** Activities of the instance that are queued or running. */
  outstanding(instanceId: string): number;
  /** Something became ready or ended. */
  onChange(): void;
  onError(error: unknown): void;
}

/** Time spent gathering, as a multiple of the last turn's duration, and its upper limit. */
const gatherFactor = 6;
const longestGatherMs = 250;
/** Turns begun before the event loop gets a chance to do something else. */
const turnsPerBeat = 64;

export class TurnScheduler {
  readonly #options: TurnSchedulerOptions;
  #ready: string[] = [];
  readonly #queued = new Set<string>();
  readonly #running = new Set<string>();
  readonly #gathering = new Map<string, Timer>();

  constructor(options: TurnSchedulerOptions) {
    this.#options = options;
  }

  get running(): number {
    return this.#running.size;
  }

  get busy(): boolean {
    return this.#running.size > 0 || this.#ready.length > 0 || this.#gathering.size > 0;
  }

  wake(instanceId: string): void {
    if (this.#running.has(instanceId) || this.#queued.has(instanceId)) return;
    const delayMs = this.#gatherMs(instanceId);
    if (delayMs <= 0) return this.#enqueue(instanceId);
    if (this.#gathering.has(instanceId)) return;
    const { clock } = this.#options;
    this.#gathering.set(
      instanceId,
      clock.at(clock.now() + delayMs, () => this.#enqueue(instanceId)),
    );
  }

  pump(): void {
    let begun = 0;
    while (this.#running.size < this.#options.maxConcurrent && begun < turnsPerBeat) {
      const instanceId = this.#ready[begun];
      if (instanceId === undefined) break;
      begun += 1;
      this.#begin(instanceId);
    }
    this.#ready = this.#ready.slice(begun);
    if (this.#ready.length > 0 && this.#running.size < this.#options.maxConcurrent) this.#options.onChange();
  }

  stop(): void {
    for (const timer of this.#gathering.values()) timer.cancel();
    this.#gathering.clear();
    this.#ready = [];
    this.#queued.clear();
  }

  #begin(instanceId: string): void {
    this.#queued.delete(instanceId);
    this.#running.add(instanceId);
    this.#options.run(instanceId).then(
      () => this.#ended(instanceId),
      (error: unknown) => {
        this.#running.delete(instanceId);
        this.#options.onError(error);
      },
    );
  }

  #ended(instanceId: string): void {
    this.#running.delete(instanceId);
    if (this.#options.mailboxes.hasUnread(instanceId)) this.wake(instanceId);
    this.#options.onChange();
  }

  #enqueue(instanceId: string): void {
    this.#gathering.get(instanceId)?.cancel();
    this.#gathering.delete(instanceId);
    if (this.#queued.has(instanceId) || this.#running.has(instanceId)) return;
    this.#queued.add(instanceId);
    this.#ready.push(instanceId);
    this.#options.onChange();
  }

  #gatherMs(instanceId: string): number {
    const lastTurnMs = this.#options.cache.peek(instanceId)?.lastTurnMs ?? 0;
    if (lastTurnMs <= 0 || this.#options.outstanding(instanceId) === 0) return 0;
    const mails = this.#options.mailboxes.of(instanceId);
    const newest = mails[mails.length - 1];
    if (newest === undefined) return 0;
    const type = mailEvent(newest).EventType;
    if (type !== eventTypes.taskCompleted && type !== eventTypes.taskFailed) return 0;
    return Math.min(lastTurnMs * gatherFactor, longestGatherMs);
  }
}
