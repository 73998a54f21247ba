// Table input and output bindings ("Azure Tables bindings for Azure Functions"): one entity by keys, or a list by filter; entities out, added one by
// one. An entity that exists already fails the invocation, as it does on Azure.
import type { TableClient } from "@azure/data-tables";
import type { NamedBinding } from "../app/hosted-functions.ts";
import type { TypedData } from "../programming-model/rpc.ts";
import type { StorageClients } from "./storage-clients.ts";
import { toJson } from "./typed-values.ts";

/** A binding field with its expressions resolved; undefined when it is not set. */
export type FieldReader = (field: string) => string | undefined;

export async function readTable(
  clients: StorageClients,
  binding: NamedBinding,
  field: FieldReader,
): Promise<TypedData> {
  const table = await clients.table(binding["connection"], field("tableName") ?? "");
  const [partitionKey, rowKey] = [field("partitionKey"), field("rowKey")];
  if (partitionKey !== undefined && rowKey !== undefined) return readEntity(table, partitionKey, rowKey);
  const conditions = [
    partitionKey === undefined ? undefined : `PartitionKey eq '${partitionKey.replaceAll("'", "''")}'`,
    field("filter") === undefined ? undefined : `(${field("filter")})`,
  ].filter((condition) => condition !== undefined);
  const take = Number(binding["take"] ?? Number.POSITIVE_INFINITY);
  const filter = conditions.join(" and ");
  const entities: unknown[] = [];
  try {
    for await (const entity of table.listEntities(filter === "" ? {} : { queryOptions: { filter } })) {
      if (entities.length >= take) break;
      entities.push(toWire(entity));
    }
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode !== 404) throw error;
  }
  return { json: JSON.stringify(entities) };
}

async function readEntity(table: TableClient, partitionKey: string, rowKey: string): Promise<TypedData> {
  try {
    return { json: JSON.stringify(toWire(await table.getEntity(partitionKey, rowKey))) };
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode === 404) return {};
    throw error;
  }
}

/** The client's lower-case keys and typed values, as the extension's JSON has them. */
function toWire(entity: Record<string, unknown>): Record<string, unknown> {
  const wire: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(entity)) {
    if (name.startsWith("odata.") || name === "etag" || name === "timestamp") continue;
    if (name === "partitionKey") wire["PartitionKey"] = value;
    else if (name === "rowKey") wire["RowKey"] = value;
    else wire[name] = plain(value);
  }
  return wire;
}

function plain(value: unknown): unknown {
  if (typeof value === "bigint")
    return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  if (typeof value === "object" && value !== null && "value" in value) return value.value;
  return value;
}

export async function writeTable(
  clients: StorageClients,
  binding: NamedBinding,
  field: FieldReader,
  value: TypedData,
): Promise<void> {
  const table = await clients.table(binding["connection"], field("tableName") ?? "");
  const parsed = toJson(value);
  for (const row of Array.isArray(parsed) ? (parsed as unknown[]) : [parsed]) {
    if (typeof row !== "object" || row === null)
      throw new Error("A table output takes an object, or an array of objects.");
    const entity = toEntity(row as Record<string, unknown>, field);
    try {
      await table.createEntity(entity);
    } catch (error) {
      if (!isMissingTable(error)) throw error;
      await table.createTable();
      await table.createEntity(entity);
    }
  }
}

/** The tables client keeps the service's code in the OData error, not in `code`. */
function isMissingTable(error: unknown): boolean {
  const details = (error as { details?: { odataError?: { code?: string } } }).details;
  return details?.odataError?.code === "TableNotFound";
}

function toEntity(
  row: Record<string, unknown>,
  field: FieldReader,
): { partitionKey: string; rowKey: string } {
  const key = (name: string, fallback: string) =>
    row[name] ?? row[`${name.charAt(0).toLowerCase()}${name.slice(1)}`] ?? field(fallback);
  const partitionKey = key("PartitionKey", "partitionKey");
  const rowKey = key("RowKey", "rowKey");
  if (typeof partitionKey !== "string" || typeof rowKey !== "string")
    throw new Error(
      "A table output needs PartitionKey and RowKey, in the entity or in the binding, both strings.",
    );
  const rest = Object.entries(row).filter(
    ([name, value]) => !/^(partitionkey|rowkey)$/i.test(name) && value != null,
  );
  const values = rest.map(([name, value]) => [
    name,
    typeof value === "object" ? JSON.stringify(value) : value,
  ]);
  return { ...(Object.fromEntries(values) as object), partitionKey, rowKey };
}
