// From a binding's `connection` to something a storage client can be made of: a connection string under that name, or a group of
// settings with service addresses ("Azure Functions bindings: identity-based connections"). Values are secrets: errors name
// settings, never values.
import type { Settings } from "../app/settings.ts";
import { developmentConnection, meansDevelopmentStorage } from "./development-account.ts";

export type StorageService = "blob" | "queue" | "table";

export type StorageConnection =
  | { kind: "connectionString"; connectionString: string }
  | {
      kind: "identity";
      /** Throws when the group has no address for this service. */
      endpoint(service: StorageService): string;
      /** The addresses that are set. */
      endpoints(): string[];
      clientId: string | undefined;
    };

/**
 * `name` is the binding's `connection`; absent means AzureWebJobsStorage. `development` stands for
 * `UseDevelopmentStorage=true`; absent means Azurite's default ports. Throws an Error that names the missing setting.
 */
export function resolveConnection(
  name: unknown,
  settings: Settings,
  development: string | undefined,
): StorageConnection {
  const wanted = typeof name === "string" && name !== "" ? name : "AzureWebJobsStorage";
  const candidates = [wanted, `AzureWebJobs${wanted}`, `ConnectionStrings:${wanted}`];
  for (const candidate of candidates) {
    const value = settings[candidate];
    if (value) return fromString(value, development, candidate);
  }
  for (const candidate of candidates) {
    const group = connectionGroup(candidate, settings);
    if (group) return isLoopback(group) ? ownStorage(candidate, development) : group;
  }
  throw new Error(
    `the connection '${wanted}' is not configured. Set '${wanted}' to a storage connection string, or '${wanted}__accountName' for an identity-based connection`,
  );
}

function fromString(value: string, development: string | undefined, name: string): StorageConnection {
  if (meansDevelopmentStorage(value))
    return { kind: "connectionString", connectionString: development ?? developmentConnection };
  if (!/(^|;)\s*(AccountName|BlobEndpoint|QueueEndpoint|TableEndpoint)\s*=/i.test(value))
    throw new Error(`the setting '${name}' is not a storage connection string`);
  return { kind: "connectionString", connectionString: value };
}

function isLoopback(group: Extract<StorageConnection, { kind: "identity" }>): boolean {
  return group.endpoints().some((uri) => /^http:\/\/(127\.|localhost[:/])/i.test(uri));
}

/** A bearer token may not travel over plain http, so a group that points at this machine means the host's own storage. */
function ownStorage(name: string, development: string | undefined): StorageConnection {
  if (development === undefined)
    throw new Error(
      `the connection '${name}' has a plain-http address of this machine, where an identity cannot be used. Set '${name}' to a connection string instead`,
    );
  return { kind: "connectionString", connectionString: development };
}

function connectionGroup(
  name: string,
  settings: Settings,
): Extract<StorageConnection, { kind: "identity" }> | undefined {
  const field = (suffix: string) => settings[`${name}__${suffix}`] ?? settings[`${name}:${suffix}`];
  const account = field("accountName");
  const common = field("serviceUri") ?? field("endpoint");
  const uris = {
    blob: field("blobServiceUri") ?? common,
    queue: field("queueServiceUri") ?? common,
    table: field("tableServiceUri") ?? common,
  };
  if (!account && !uris.blob && !uris.queue && !uris.table) return undefined;
  return {
    kind: "identity",
    clientId: field("clientId"),
    endpoints: () => Object.values(uris).filter((uri) => uri !== undefined),
    endpoint(service) {
      const uri = uris[service] ?? (account ? `https://${account}.${service}.core.windows.net` : undefined);
      if (uri === undefined)
        throw new Error(`the connection '${name}' has no '${name}__${service}ServiceUri'`);
      return uri;
    },
  };
}
