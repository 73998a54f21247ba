// Wires the durable engine into the host: its invoker, its store, the client's private RPC port and the public webhook. An app without
// durable functions gets none of it.
import type { HostedApp } from "../app/hosted-functions.ts";
import type { HostJson } from "../app/host-json.ts";
import type { Clock } from "../../clock.ts";
import type { Logger } from "../../logger.ts";
import type { Random } from "../../random.ts";
import { createDurableEngine, memoryStore, sqliteStore } from "../../durable-engine/index.ts";
import type { Webhooks } from "../protocol/http-server.ts";
import type { RunFunction } from "../triggers/run-function.ts";
import { durableInvoker } from "./function-invoker.ts";

export interface DurableRuntime {
  readonly webhooks: Webhooks;
  /** JSON text of the `durableClient` binding; undefined when the app has no durable function. */
  clientBinding(): string | undefined;
  idle(): Promise<void>;
  /** Takes no more work and lets running functions end. */
  stop(graceMs: number): Promise<void>;
  close(): Promise<void>;
}

export interface DurableOptions {
  app: HostedApp;
  run: RunFunction;
  hostJson: HostJson;
  clock: Clock;
  random: Random;
  logger: Logger;
  baseUrl: string;
  /** Undefined keeps the state in memory. */
  storeFile: string | undefined;
  systemKey: string | undefined;
}

const durableTypes = new Set([
  "orchestrationtrigger",
  "activitytrigger",
  "entitytrigger",
  "durableclient",
  "orchestrationclient",
]);
const none: DurableRuntime = {
  webhooks: new Map(),
  clientBinding: () => undefined,
  idle: () => Promise.resolve(),
  stop: () => Promise.resolve(),
  close: () => Promise.resolve(),
};

export async function startDurable(options: DurableOptions): Promise<DurableRuntime> {
  const { app, clock, random, logger } = options;
  const isDurable = app.functions.some((target) =>
    [target.trigger, ...target.inputs].some((binding) => durableTypes.has(binding.type.toLowerCase())),
  );
  if (!isDurable) return none;
  const settings = options.hostJson.extensions.durableTask;
  const store = options.storeFile === undefined ? memoryStore() : sqliteStore(options.storeFile);
  const engine = createDurableEngine({
    store,
    invoker: durableInvoker(app.functions, options.run),
    clock,
    random,
    logger,
    taskHub: settings.hubName,
    maxConcurrentActivities: settings.maxConcurrentActivityFunctions,
    maxConcurrentOrchestrators: settings.maxConcurrentOrchestratorFunctions,
  });
  await engine.start();
  return {
    webhooks: new Map(),
    clientBinding: () => undefined,
    idle: () => engine.idle(),
    stop: (graceMs) => engine.stop(graceMs),
    close: () => Promise.resolve(),
  };
}
