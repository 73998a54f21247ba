// Wires the durable engine into the host: its invoker, its store, the client's private RPC port and the public webhook. An app without
// durable functions gets none of it.
import type { HostedApp } from "../app/admission.ts";
import type { HostJson } from "../app/host-json.ts";
import type { Clock } from "../../clock.ts";
import type { Logger } from "../../logger.ts";
import type { Random } from "../../random.ts";
import { createDurableEngine, durableHttpApi, memoryStore, sqliteStore } from "../../durable-engine/index.ts";
import { serveWithFetchHandler } from "../protocol/fetch-bridge.ts";
import { foreignRequest } from "../../loopback-guard.ts";
import { answerEmpty } from "../protocol/function-endpoint.ts";
import { requestAddress } from "../protocol/http-data.ts";
import { listen, type Listener, type Webhooks } from "../protocol/http-server.ts";
import type { RunFunction } from "../triggers/run-function.ts";
import { durableInvoker } from "./function-invoker.ts";

export interface DurableRuntime {
  readonly webhooks: Webhooks;
  /** JSON text of the `durableClient` binding; undefined when the app has no durable function. */
  clientBinding(): string | undefined;
  idle(): Promise<void>;
  /** Resolves, with the reason, when the state can no longer be written: the host must end then. */
  readonly failed: Promise<Error>;
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
  /** Of a request's body; larger ones are answered 413. */
  bodyLimitBytes: number;
  durableRetentionMs?: number;
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
  failed: new Promise<Error>(() => {}),
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
    versioning: {
      defaultVersion: settings.defaultVersion,
      matchStrategy: settings.versionMatchStrategy,
      failureStrategy: settings.versionFailureStrategy,
    },
    ...(options.durableRetentionMs === undefined ? {} : { retentionMs: options.durableRetentionMs }),
  });
  // The client SDK sends no key there: that this path is known to the app alone stands for one.
  const rpc = { port: 0, path: `/${random.bytes(24).toString("base64url")}/durabletask/` };
  const api = durableHttpApi({
    engine,
    baseUrl: () => options.baseUrl,
    rpcBaseUrl: () => `http://127.0.0.1:${rpc.port}${rpc.path}`,
    ...(options.systemKey === undefined ? {} : { systemKey: options.systemKey }),
  });
  const listener = await rpcListener(options, rpc.path, (request) => api.rpc(request));
  rpc.port = listener.port;
  await engine.start();
  return {
    webhooks: new Map([
      [
        "durabletask",
        { refusal: (head) => api.webhookRefusal(head), handle: (request) => api.webhook(request) },
      ],
    ]),
    clientBinding: () => api.clientBinding(),
    idle: () => engine.idle(),
    failed: engine.failed,
    stop: (graceMs) => engine.stop(graceMs),
    async close() {
      await listener.close();
      store.close();
    },
  };
}

/**
 * The SDK client's private port. Loopback is no protection from other users and from web pages, so a request without the random path is
 * answered 404, one with a foreign Host or with an Origin 403, before its body is read.
 */
function rpcListener(
  { logger, bodyLimitBytes }: DurableOptions,
  root: string,
  handle: (request: Request) => Promise<Response>,
): Promise<Listener> {
  return listen((request, response) => {
    if (foreignRequest(request.headers.host, request.headers.origin)) return answerEmpty(response, 403);
    const address = requestAddress(request, "http");
    if (!address) return answerEmpty(response, 400);
    if (!address.path.startsWith(root)) return answerEmpty(response, 404);
    serveWithFetchHandler(request, response, address, bodyLimitBytes, { handle }).catch((error: unknown) => {
      logger.error("durable.rpcFailed", {
        path: address.path.slice(root.length),
        reason: error instanceof Error ? (error.stack ?? error.message) : String(error),
      });
      answerEmpty(response, 500);
    });
  }, 0);
}
