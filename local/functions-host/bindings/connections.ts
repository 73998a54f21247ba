// From a binding's `connection` to something a storage client can be made of: a connection string under that name, or a group of
// settings with service addresses ("Azure Functions bindings: identity-based connections"). Values are secrets: errors name
// settings, never values.
import type { Settings } from "../app/settings.ts";

export type StorageService = "blob" | "queue" | "table";

export type StorageConnection =
  | { kind: "connectionString"; connectionString: string }
  | { kind: "identity"; endpoint(service: StorageService): string; clientId: string | undefined };

/** Azurite's published account ("Use the Azurite emulator"): not a secret. */
const wellKnownKey =
  "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";
const developmentStorage = [
  "DefaultEndpointsProtocol=http;AccountName=devstoreaccount1",
  `AccountKey=${wellKnownKey}`,
  "BlobEndpoint=http://127.0.0.1:10000/devstoreaccount1",
  "QueueEndpoint=http://127.0.0.1:10001/devstoreaccount1",
  "TableEndpoint=http://127.0.0.1:10002/devstoreaccount1",
].join(";");

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
    if (group) return group;
  }
  throw new Error(
    `the connection '${wanted}' is not configured. Set '${wanted}' to a storage connection string, or '${wanted}__accountName' for an identity-based connection`,
  );
}

function fromString(value: string, development: string | undefined, name: string): StorageConnection {
  if (/^\s*UseDevelopmentStorage\s*=\s*true\s*;?\s*$/i.test(value))
    return { kind: "connectionString", connectionString: development ?? developmentStorage };
  if (!/(^|;)\s*(AccountName|BlobEndpoint|QueueEndpoint|TableEndpoint)\s*=/i.test(value))
    throw new Error(`the setting '${name}' is not a storage connection string`);
  return { kind: "connectionString", connectionString: value };
}

function connectionGroup(name: string, settings: Settings): StorageConnection | undefined {
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
    endpoint(service) {
      const uri = uris[service] ?? (account ? `https://${account}.${service}.core.windows.net` : undefined);
      if (uri === undefined)
        throw new Error(`the connection '${name}' has no '${name}__${service}ServiceUri'`);
      return uri;
    },
  };
}
