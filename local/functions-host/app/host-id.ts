// The host id: names this app's blobs and queues in the storage account. Stable over restarts, different for apps in other folders
// ("Host ID considerations": AzureFunctionsWebHost__hostid wins).
import { createHash } from "node:crypto";
import { HostStartError } from "./app-error.ts";
import type { Settings } from "./settings.ts";

export function hostIdOf(appDirectory: string, settings: Settings): string {
  const given = settings["AzureFunctionsWebHost__hostid"] ?? settings["AzureFunctionsWebHost:hostid"];
  if (given === undefined)
    return `local-${createHash("sha256").update(appDirectory).digest("hex").slice(0, 16)}`;
  if (!/^(?!.*--)[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$/.test(given))
    throw new HostStartError([
      `AzureFunctionsWebHost__hostid is '${given}'; it must be 1 to 32 lower-case letters, digits and single hyphens.`,
    ]);
  return given;
}
