// Storage clients for bindings and triggers, one per connection and service, made at first use. The SDKs are loaded only when an app needs
// them: they cost more start-up time than the rest of the host.
import type { TableClient } from "@azure/data-tables";
import type { BlobServiceClient } from "@azure/storage-blob";
import type { QueueServiceClient } from "@azure/storage-queue";
import type { Settings } from "../app/settings.ts";
import { resolveConnection, type StorageConnection } from "./connections.ts";

export interface StorageClients {
  /** Throws when the connection is not configured; makes no request. */
  check(connection: unknown): void;
  blobs(connection: unknown): Promise<BlobServiceClient>;
  queues(connection: unknown): Promise<QueueServiceClient>;
  table(connection: unknown, tableName: string): Promise<TableClient>;
}

export function storageClients(settings: Settings, development: string | undefined): StorageClients {
  const resolve = (name: unknown) => resolveConnection(name, settings, development);
  const made = new Map<string, Promise<unknown>>();
  const once = <T>(key: string, make: () => Promise<T>): Promise<T> => {
    const existing = made.get(key) as Promise<T> | undefined;
    const client = existing ?? make();
    if (!existing) made.set(key, client);
    return client;
  };
  const keyOf = (service: string, connection: unknown) => `${service}/${String(connection)}`;
  return {
    check: (connection) => void resolve(connection),
    blobs: (connection) => once(keyOf("blob", connection), () => blobClient(resolve(connection))),
    queues: (connection) => once(keyOf("queue", connection), () => queueClient(resolve(connection))),
    table: (connection, tableName) =>
      once(keyOf(`table/${tableName}`, connection), () => tableClient(resolve(connection), tableName)),
  };
}

async function blobClient(connection: StorageConnection): Promise<BlobServiceClient> {
  const { BlobServiceClient: Client } = await import("@azure/storage-blob");
  return connection.kind === "connectionString"
    ? Client.fromConnectionString(connection.connectionString)
    : new Client(connection.endpoint("blob"), await credential(connection.clientId));
}

async function queueClient(connection: StorageConnection): Promise<QueueServiceClient> {
  const { QueueServiceClient: Client } = await import("@azure/storage-queue");
  return connection.kind === "connectionString"
    ? Client.fromConnectionString(connection.connectionString)
    : new Client(connection.endpoint("queue"), await credential(connection.clientId));
}

async function tableClient(connection: StorageConnection, tableName: string): Promise<TableClient> {
  const { TableClient: Client } = await import("@azure/data-tables");
  return connection.kind === "connectionString"
    ? Client.fromConnectionString(connection.connectionString, tableName, { allowInsecureConnection: true })
    : new Client(connection.endpoint("table"), tableName, await credential(connection.clientId));
}

async function credential(clientId: string | undefined) {
  const { DefaultAzureCredential } = await import("@azure/identity");
  return new DefaultAzureCredential(clientId === undefined ? {} : { managedIdentityClientId: clientId });
}
