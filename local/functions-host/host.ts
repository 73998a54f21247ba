// Composition root of one hosted app inside its worker thread: listeners, app, durable engine, triggers; and their end in the
// opposite order. Wiring only; what each part does lives elsewhere.
import { delay, systemClock } from "../clock.ts";
import { hostIdOf } from "./app/host-id.ts";
import { bindingProvider } from "./bindings/binding-provider.ts";
import { queueNotices } from "./bindings/queue-notices.ts";
import type { HostReady } from "./control.ts";
import { startDurable, type DurableRuntime } from "./durable/durable-runtime.ts";
import { dataPath, openListeners, type HostListeners } from "./host-listeners.ts";
import { loadApp, type HostContext, type LoadedApp } from "./load-app.ts";
import { hostVersion } from "./programming-model/core-module.ts";
import type { Invoker } from "./programming-model/invoker.ts";
import { parseCors } from "./protocol/cors.ts";
import type { HttpSurface, Webhooks } from "./protocol/http-server.ts";
import { openKeyStore, type KeyStore } from "./store/keys.ts";
import { createRunFunction, type RunFunction } from "./triggers/run-function.ts";
import { createTriggers } from "./triggers/triggers.ts";
import type { TriggerListener } from "./triggers/trigger-listener.ts";
import { startByHand } from "./triggers/start-by-hand.ts";

export interface Host {
  readonly ready: HostReady;
  /** Resolves when no function runs and none can start without time passing or somebody calling. */
  idle(): Promise<void>;
  /** Resolves, with the reason, when the host cannot go on. */
  readonly failed: Promise<Error>;
  /** Takes no more work, lets running invocations end within the grace period, runs the appTerminate hooks, closes everything. */
  stop(graceMs: number): Promise<void>;
}

const bodyLimitDefault = 104_857_600;
const terminateHookMs = 5_000;

/** Rejects with HostStartError when the app cannot be hosted; nothing of ours stays open then. */
export async function createHost(context: HostContext): Promise<Host> {
  const surface: { current: HttpSurface | undefined } = { current: undefined };
  const listeners = await openListeners(context, () => surface.current);
  try {
    const loaded = await loadApp(context, listeners.port);
    const { functions } = loaded.app;
    const functionNames = functions.map((target) => target.name);
    const keys = openKeyStore(dataPath(context, "keys.json"), functionNames, context.random);
    const durable: { current: DurableRuntime | undefined } = { current: undefined };
    const { clients } = loaded;
    const notices = queueNotices();
    const bindings = bindingProvider({
      ...context,
      notices,
      clients,
      durableClient: () => durable.current?.clientBinding(),
      messageEncoding: loaded.hostJson.extensions.queues.messageEncoding,
    });
    const run = createRunFunction(loaded.invoker, bindings, context.logger);
    const triggerOptions = {
      ...context,
      notices,
      run,
      functions,
      clients,
      keys,
      settings: context.environment,
      hostJson: loaded.hostJson,
      hostId: hostIdOf(context.appDirectory, context.environment),
    };
    durable.current = await startDurable({
      ...context,
      ...loaded,
      run,
      baseUrl: listeners.url,
      storeFile: dataPath(context, "engine.db"),
      systemKey: context.requireKeys ? keys.system("durabletask_extension") : undefined,
      bodyLimitBytes: bodyLimitOf(context),
    });
    const triggers = await createTriggers(triggerOptions);
    const webhooks = new Map([...durable.current.webhooks, ...triggers.webhooks]);
    surface.current = httpSurface(context, loaded, keys, run, webhooks);
    await triggers.start();
    context.logger.info("host.started", {
      url: listeners.url,
      functions: functionNames.length,
      inError: loaded.app.failed.length,
    });
    const parts: HostParts = { listeners, loaded, keys, durable: durable.current, triggers };
    return hostOf(parts, () => (surface.current = undefined));
  } catch (error) {
    await Promise.all(listeners.all.map((listener) => listener.close()));
    throw error;
  }
}

function bodyLimitOf({ environment }: HostContext): number {
  return Number(environment["FUNCTIONS_REQUEST_BODY_SIZE_LIMIT"] ?? bodyLimitDefault);
}

function httpSurface(
  context: HostContext,
  loaded: LoadedApp,
  keys: KeyStore,
  run: RunFunction,
  webhooks: Webhooks,
): HttpSurface {
  const { clock, logger, random, requireKeys, environment } = context;
  const { app, table, hostJson, localSettings, capabilities } = loaded;
  const startedMs = clock.now();
  const shared = { keys, requireKeys, bodyLimitBytes: bodyLimitOf(context) };
  return {
    table,
    logger,
    webhooks,
    endpoint: { ...shared, run, random, logger, streamUri: capabilities.httpUri },
    admin: {
      ...shared,
      app,
      startByHand: (target, input) => startByHand(run, target, input),
      status: () => ({
        id: "local",
        state: "Running",
        version: hostVersion,
        processUptimeMs: clock.now() - startedMs,
      }),
    },
    cors: parseCors(localSettings.Host.CORS, localSettings.Host.CORSCredentials),
    customHeaders: hostJson.extensions.http.customHeaders,
    homepage: environment["AzureWebJobsDisableHomepage"]?.toLowerCase() !== "true",
  };
}

interface HostParts {
  listeners: HostListeners;
  loaded: LoadedApp;
  keys: KeyStore;
  durable: DurableRuntime;
  triggers: TriggerListener;
}

function hostOf({ listeners, loaded, keys, durable, triggers }: HostParts, stopServing: () => void): Host {
  const { app, invoker, capabilities } = loaded;
  return {
    ready: {
      url: listeners.url,
      masterKey: keys.masterKey,
      functions: app.functions.map((target) => target.name),
      ...(listeners.httpsUrl ? { httpsUrl: listeners.httpsUrl } : {}),
      ...(listeners.certificate ? { certificate: listeners.certificate } : {}),
    },
    idle: () => idle(invoker, durable, triggers),
    failed: durable.failed,
    async stop(graceMs) {
      stopServing();
      for (const listener of listeners.all) listener.stopAccepting();
      await Promise.all([within(graceMs, triggers.stop()), within(graceMs, durable.stop(graceMs))]);
      await within(graceMs, invoker.drained());
      await within(terminateHookMs, invoker.runAppHooks("appTerminate"));
      capabilities.close();
      await Promise.all([...listeners.all.map((listener) => listener.close()), durable.close()]);
    },
  };
}

async function idle(invoker: Invoker, durable: DurableRuntime, triggers: TriggerListener): Promise<void> {
  do {
    await invoker.drained();
    await durable.idle();
    // Bookkeeping after an invocation (deleting a message, writing a status) has no event to wait for.
    do await delay(systemClock(), 1);
    while (triggers.busy());
  } while (invoker.running() > 0 || triggers.busy());
}

/** Real time even under a manual clock: nobody advances it while the host stops. */
async function within(limitMs: number, work: Promise<unknown>): Promise<void> {
  const clock = systemClock();
  await new Promise<void>((resolve) => {
    const timer = clock.at(clock.now() + limitMs, resolve);
    void work
      .catch(() => undefined)
      .finally(() => {
        timer.cancel();
        resolve();
      });
  });
}
