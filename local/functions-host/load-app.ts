// From an app folder to what can be served: settings, host.json, entry points, functions, routes. Order is the contract: the environment and the
// core module stand before any app code runs, and registration is locked after the appStart hooks. What is wrong with any
// function is collected before one is served.
import type { Clock } from "../clock.ts";
import type { Logger } from "../logger.ts";
import type { Random } from "../random.ts";
import { admit, type HostedApp } from "./app/admission.ts";
import { HostStartError } from "./app/app-error.ts";
import { findEntryPoints, loadEntryPoints } from "./app/entry-points.ts";
import { prepareEnvironment } from "./app/environment.ts";
import { readHostJson, type HostJson } from "./app/host-json.ts";
import { indexFunctions } from "./app/hosted-functions.ts";
import { readLocalSettings, resolveSettings, type LocalSettings } from "./app/settings.ts";
import { connectionProblems, supportedBindings } from "./bindings/binding-provider.ts";
import { storageClients, type StorageClients } from "./bindings/storage-clients.ts";
import type { HostOptions } from "./control.ts";
import { exchangeCapabilities, type Capabilities } from "./programming-model/capabilities.ts";
import { installCoreModule } from "./programming-model/core-module.ts";
import { createInvoker, type Invoker } from "./programming-model/invoker.ts";
import type { FunctionLog } from "./programming-model/log-hooks.ts";
import { createRegistry, type Registry } from "./programming-model/registry.ts";
import { buildRouteTable, type RouteTable } from "./protocol/route-table.ts";
import { triggerProblems } from "./triggers/triggers.ts";

export interface HostContext extends HostOptions {
  /** The thread's process.env: the app sees what is written here. */
  environment: Record<string, string | undefined>;
  clock: Clock;
  random: Random;
  logger: Logger;
}

export interface LoadedApp {
  readonly app: HostedApp;
  readonly table: RouteTable;
  readonly clients: StorageClients;
  readonly hostJson: HostJson;
  readonly localSettings: LocalSettings;
  readonly invoker: Invoker;
  readonly capabilities: Capabilities;
}

/** `port` is the public one: the app learns its own address before it is loaded. */
export async function loadApp(context: HostContext, port: number): Promise<LoadedApp> {
  const { clock, random, logger, environment } = context;
  const localSettings = await readLocalSettings(context.appDirectory);
  prepareEnvironment(environment, localSettings, context, port);
  const { hostJson, ignored } = await readHostJson(context.appDirectory, (text) =>
    resolveSettings(text, environment),
  );
  const registry = createRegistry();
  const timeoutMs = hostJson.functionTimeout;
  const invoker = createInvoker({ registry, clock, random, log: functionLog(logger), timeoutMs });
  const capabilities = await runEntryPoints(context, registry, invoker);
  const clients = storageClients(environment, context.storageConnection);
  try {
    const admitted = admitFunctions(context, registry, hostJson, clients);
    for (const setting of ignored) logger.warn("hostJson.settingIgnored", { setting });
    sayWhatIsOdd(logger, admitted);
    return { ...admitted, clients, hostJson, localSettings, invoker, capabilities };
  } catch (error) {
    capabilities.close();
    throw error;
  }
}

function admitFunctions(
  { environment, clock, strict = false }: HostContext,
  registry: Registry,
  hostJson: HostJson,
  clients: StorageClients,
): Pick<LoadedApp, "app" | "table"> {
  const { routePrefix } = hostJson.extensions.http;
  const indexed = indexFunctions(registry.functions(), supportedBindings, environment, hostJson.functions);
  const { functions } = indexed;
  const problems = [
    ...buildRouteTable(functions, routePrefix).problems,
    ...connectionProblems(functions, clients),
    ...triggerProblems({ functions, clients, settings: environment, nowMs: clock.now() }),
  ];
  const app = admit(indexed, problems, strict);
  return { app, table: buildRouteTable(app.functions, routePrefix) };
}

function sayWhatIsOdd(logger: Logger, { app, table }: Pick<LoadedApp, "app" | "table">): void {
  for (const { metadata, errors } of app.failed)
    for (const reason of errors) logger.error("function.inError", { function: metadata.name, reason });
  for (const warning of table.warnings) logger.warn("http.routesOverlap", { warning });
  for (const target of app.functions)
    if (target.metadata.retryOptions && target.kind !== "timer")
      logger.warn("function.retryIgnored", {
        function: target.name,
        reason: `A retry policy has no effect on a ${target.kind} trigger, here as on Azure; only timers honour it here.`,
      });
}

async function runEntryPoints(
  context: HostContext,
  registry: Registry,
  invoker: Invoker,
): Promise<Capabilities> {
  installCoreModule({
    registry,
    log: (level, category, message) => invoker.log(level, category, message),
  });
  await loadEntryPoints(await findEntryPoints(context.appDirectory));
  const model = registry.model();
  if (registry.functions().length === 0 || !model)
    throw new HostStartError([
      `The app in ${context.appDirectory} registered no function. Check that its entry points call app.http and the like, and that they were not imported before the host.`,
    ]);
  await invoker.runAppHooks("appStart");
  registry.lock();
  return exchangeCapabilities(model);
}

function functionLog(logger: Logger): FunctionLog {
  return ({ level, category, message, functionName, invocationId }) => {
    const fields = {
      category,
      message,
      ...(functionName ? { function: functionName } : {}),
      ...(invocationId ? { invocationId } : {}),
    };
    if (level === "error" || level === "critical") logger.error("function.logged", fields);
    else if (level === "warning") logger.warn("function.logged", fields);
    else if (level === "information") logger.info("function.logged", fields);
    else logger.debug("function.logged", fields);
  };
}
