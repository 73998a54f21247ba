// The environment variables an app finds in a Functions worker. Invariant: what is already set wins, except where the value
// must describe this very host. Trap: without WEBSITE_HOSTNAME the durable client sends every URL to localhost:7071.
import { meansDevelopmentStorage } from "../bindings/development-account.ts";
import type { HostOptions } from "../control.ts";
import type { LocalSettings } from "./settings.ts";

export function prepareEnvironment(
  environment: Record<string, string | undefined>,
  local: LocalSettings,
  options: HostOptions,
  port: number,
): void {
  const defaults: Record<string, string> = {
    ...local.Values,
    ...Object.fromEntries(
      Object.entries(local.ConnectionStrings).map(([name, value]) => [`ConnectionStrings:${name}`, value]),
    ),
  };
  for (const [name, value] of Object.entries(defaults)) environment[name] ??= value;
  environment["FUNCTIONS_WORKER_RUNTIME"] ??= "node";
  environment["FUNCTIONS_EXTENSION_VERSION"] ??= "~4";
  environment["AZURE_FUNCTIONS_ENVIRONMENT"] = "Development";
  environment["AzureWebJobsScriptRoot"] = options.appDirectory;
  environment["WEBSITE_HOSTNAME"] = `127.0.0.1:${port}`;
  const { storageConnection } = options;
  if (storageConnection === undefined) return;
  // Clients of the app read this by themselves, and would reach Azurite's published ports, whoever is there.
  for (const [name, value] of Object.entries(environment))
    if (meansDevelopmentStorage(value)) environment[name] = storageConnection;
  environment["AzureWebJobsStorage"] ||= storageConnection;
}
