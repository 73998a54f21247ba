// Puts the engine together: queues, scheduler, timers, entities and client over one set of transactions, and one heartbeat that lets
// each of them go on. It holds no state of orchestrations itself.
import type { DurableEngine, DurableEngineOptions } from "../engine-contract.ts";
import { isEntityId } from "../replay/entity-messages.ts";
import { ActivityRunner } from "./activity-runner.ts";
import { createClient } from "./client.ts";
import type { EngineParts } from "./engine-parts.ts";
import { EndNotifier } from "./end-notifier.ts";
import { EntityScheduler } from "./entity-scheduler.ts";
import { fetchHttp } from "./http-activity.ts";
import { InstanceCache } from "./instance-cache.ts";
import { Transactions } from "./transactions.ts";
import { Mailboxes } from "./mailboxes.ts";
import { Pulse } from "./pulse.ts";
import { TimerService } from "./timer-service.ts";
import { Retention } from "./retention.ts";
import { runTurn } from "./turn.ts";
import { TurnScheduler } from "./turn-scheduler.ts";
import { defaultVersioning } from "./versioning.ts";

export function createDurableEngine(options: DurableEngineOptions): DurableEngine {
  return new Engine(options);
}

class Engine implements DurableEngine {
  readonly client: DurableEngine["client"];
  readonly taskHub: string;
  readonly failed: Promise<Error>;
  #reportFailure: (error: Error) => void = () => undefined;
  readonly #parts: EngineParts;
  readonly #mailboxes = new Mailboxes();
  readonly #pulse = new Pulse(() => this.#beat());
  readonly #activities: ActivityRunner;
  readonly #turns: TurnScheduler;
  readonly #entities: EntityScheduler;
  readonly #timers: TimerService;
  readonly #ends: EndNotifier;
  readonly #retention: Retention;
  #state: "new" | "running" | "stopped" = "new";
  #failure: Error | undefined;
  #idleWaiters: { resolve: () => void; reject: (error: Error) => void }[] = [];
  #stopWaiters: (() => void)[] = [];

  constructor(options: DurableEngineOptions) {
    const { store, clock, random, logger, invoker } = options;
    const cache = new InstanceCache(store);
    const transactions = new Transactions(store, this.#mailboxes, {
      onMail: (target) => this.#wake(target),
      onActivity: (row) => this.#activities.add(row),
      onFailure: (error) => this.#fail(error),
      onGroup: () => this.#pulse.request(),
      onTimer: (dueMs) => this.#timers.arm(dueMs),
      onForgotten: (instanceId) => {
        cache.forget(instanceId);
        this.#ends.notify(instanceId);
        this.#retention.arm();
      },
    });
    const http = options.http ?? fetchHttp;
    const { schema = "V4", replayTwice = false, versioning = defaultVersioning } = options;
    this.#parts = {
      clock,
      random,
      logger,
      invoker,
      http,
      schema,
      replayTwice,
      versioning,
      transactions,
      cache,
    };
    const onChange = () => this.#pulse.request();
    const onError = (error: unknown) => this.#fail(error);
    this.#activities = new ActivityRunner(this.#parts, options.maxConcurrentActivities, onChange, onError);
    this.#entities = new EntityScheduler(this.#parts, onChange, onError);
    this.#timers = new TimerService(this.#parts, onError);
    this.#retention = new Retention(this.#parts, options.retentionMs, onError);
    this.#turns = new TurnScheduler({
      clock,
      cache,
      mailboxes: this.#mailboxes,
      maxConcurrent: options.maxConcurrentOrchestrators,
      run: (instanceId) => runTurn(this.#parts, instanceId),
      outstanding: (instanceId) => this.#activities.outstanding(instanceId),
      onChange,
      onError,
    });
    this.client = createClient(this.#parts);
    this.#ends = new EndNotifier(clock, (instanceId) => this.client.get(instanceId));
    this.taskHub = options.taskHub;
    this.failed = new Promise((resolve) => (this.#reportFailure = resolve));
  }

  async start(): Promise<void> {
    if (this.#state !== "new") throw new Error("The durable engine has been started before.");
    this.#state = "running";
    const { store } = this.#parts.transactions;
    const activities = store.activities();
    const targets = this.#mailboxes.load(store);
    for (const row of activities) this.#activities.add(row);
    for (const target of targets) this.#wake(target);
    this.#timers.rearm();
    this.#retention.arm();
    if (activities.length + targets.length > 0)
      this.#parts.logger.info("engine.recovered", { activities: activities.length, targets: targets.length });
    this.#pulse.request();
  }

  async stop(graceMs: number): Promise<void> {
    if (this.#state === "stopped") return;
    this.#state = "stopped";
    this.#haltParts();
    const { clock } = this.#parts;
    if (this.#runningFunctions > 0) {
      await new Promise<void>((resolve) => {
        const timer = clock.at(clock.now() + graceMs, resolve);
        this.#stopWaiters.push(() => {
          timer.cancel();
          resolve();
        });
      });
    }
    if (this.#failure === undefined) this.#parts.transactions.flush();
    this.#failure ??= new Error("The durable engine has been stopped.");
    this.#settleWaiters();
  }

  idle(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#idleWaiters.push({ resolve, reject });
      this.#pulse.request();
    });
  }

  whenEnded(instanceId: string, timeoutMs: number): ReturnType<DurableEngine["whenEnded"]> {
    return this.#ends.whenEnded(instanceId, timeoutMs);
  }

  get #runningFunctions(): number {
    return this.#turns.running + this.#activities.running + this.#entities.running;
  }

  #wake(target: string): void {
    if (this.#state !== "running") return;
    if (isEntityId(target)) this.#entities.wake(target);
    else this.#turns.wake(target);
  }

  #beat(): void {
    if (this.#failure !== undefined) return this.#settleWaiters();
    try {
      this.#parts.transactions.flush();
      if (this.#state === "running") {
        this.#turns.pump();
        this.#activities.pump();
        this.#entities.pump();
      }
    } catch (error) {
      this.#fail(error);
    }
    this.#settleWaiters();
  }

  /** A store that can't be written to any more: stop touching it, so that nothing is half done. */
  #fail(error: unknown): void {
    if (this.#failure !== undefined) return;
    this.#failure = error instanceof Error ? error : new Error(String(error));
    this.#parts.logger.error("engine.failed", { message: this.#failure.message });
    this.#state = "stopped";
    this.#haltParts();
    this.#reportFailure(this.#failure);
    this.#pulse.request();
  }

  #haltParts(): void {
    for (const part of [this.#timers, this.#retention, this.#turns, this.#activities, this.#entities])
      part.stop();
  }

  #settleWaiters(): void {
    if (this.#runningFunctions === 0) for (const resolve of this.#stopWaiters.splice(0)) resolve();
    if (this.#failure !== undefined) {
      for (const waiter of this.#idleWaiters.splice(0)) waiter.reject(this.#failure);
      return;
    }
    if (
      this.#pulse.pending ||
      this.#parts.transactions.hasGroup ||
      this.#turns.busy ||
      this.#activities.busy ||
      this.#entities.busy
    )
      return;
    for (const waiter of this.#idleWaiters.splice(0)) waiter.resolve();
  }
}
