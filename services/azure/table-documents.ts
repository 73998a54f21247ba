// DocumentStore on Azure Table Storage: a document is an entity, a commit an entity group transaction, a conflict the
// service's 409 or 412. The table is created by the first write that misses it, so that reads cost one round trip.
import { AppError } from "../../domain/shared/errors.ts";
import type { TableClient } from "@azure/data-tables";
import type { TableEntityResult, TransactionAction } from "@azure/data-tables";
import type {
  DocumentKey,
  DocumentPage,
  DocumentRange,
  DocumentStore,
  DocumentWrite,
  Etags,
  StoredDocument,
} from "../documents.ts";
import { checkContinuation } from "../documents/continuation.ts";
import { afterPrefix, fromRow, quoted, toRow } from "./table-rows.ts";
import type { Row } from "./table-rows.ts";

export function tableDocuments(client: TableClient): DocumentStore {
  return {
    get: (key) => get(client, key),
    remove: (key, etag) => remove(client, key, etag),
    page: (range) => page(client, range),
    partitions: (prefix) => partitions(client, prefix),
    async commit(partition, writes) {
      try {
        return await commit(client, partition, writes);
      } catch (error) {
        if (!isTableMissing(error)) throw error;
        await createTable(client);
        return await commit(client, partition, writes);
      }
    },
  };
}

async function get(client: TableClient, key: DocumentKey): Promise<StoredDocument | undefined> {
  try {
    return toDocument(await client.getEntity<Row>(key.partition, key.row));
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
}

async function remove(client: TableClient, key: DocumentKey, etag: string): Promise<"removed" | "conflict"> {
  try {
    await client.deleteEntity(key.partition, key.row, { etag });
    return "removed";
  } catch (error) {
    if (isConflict(error)) return "conflict";
    throw error;
  }
}

async function page(client: TableClient, range: DocumentRange): Promise<DocumentPage> {
  const { partition, prefix, from = prefix, before = afterPrefix(prefix), size, continuation } = range;
  checkContinuation(prefix, continuation);
  const filter = [
    `PartitionKey eq ${quoted(partition)}`,
    `RowKey ge ${quoted(from)}`,
    ...(continuation === undefined ? [] : [`RowKey gt ${quoted(continuation)}`]),
    `RowKey lt ${quoted(before)}`,
  ].join(" and ");
  const pages = client.listEntities<Row>({ queryOptions: { filter } }).byPage({ maxPageSize: size });
  try {
    for await (const found of pages) {
      const documents = found.map(toDocument);
      if (found.continuationToken === undefined) return { documents };
      // The service may answer an empty page that is not the last ("Query timeout and pagination").
      if (documents.length > 0) return { documents, continuation: documents.at(-1)?.row };
    }
    return { documents: [] };
  } catch (error) {
    if (isTableMissing(error)) return { documents: [] };
    throw error;
  }
}

/** The table sorts by partition: the first row behind a partition is in the next one. */
async function partitions(client: TableClient, prefix: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (
    let from = `PartitionKey ge ${quoted(prefix)}`;
    ;
    from = `PartitionKey gt ${quoted(found.at(-1) ?? "")}`
  ) {
    const filter = `${from} and PartitionKey lt ${quoted(afterPrefix(prefix))}`;
    const rows = client.listEntities<Row>({ queryOptions: { filter, select: ["PartitionKey"] } });
    const next = await firstOf(rows.byPage({ maxPageSize: 1 }));
    if (next?.partitionKey === undefined) return found;
    found.push(next.partitionKey);
  }
}

/** The service may answer empty pages that are not the last. */
async function firstOf(
  pages: AsyncIterable<readonly TableEntityResult<Row>[]>,
): Promise<TableEntityResult<Row> | undefined> {
  try {
    for await (const [first] of pages) if (first !== undefined) return first;
    return undefined;
  } catch (error) {
    if (isTableMissing(error)) return undefined;
    throw error;
  }
}

async function commit(
  client: TableClient,
  partition: string,
  writes: readonly DocumentWrite[],
): Promise<Etags | "conflict"> {
  try {
    const [only] = writes;
    const answers =
      writes.length === 1 && only !== undefined
        ? [await single(client, partition, only)]
        : (await client.submitTransaction(writes.map((write) => action(partition, write)))).subResponses;
    return new Map(
      writes.flatMap(({ row }, index): [string, string][] => {
        const etag = answers[index]?.etag;
        return etag === undefined ? [] : [[row, etag]];
      }),
    );
  } catch (error) {
    if (isConflict(error)) return "conflict";
    if (tooLarge.has(codeOf(error) ?? ""))
      throw new AppError("RequestBodyTooLarge", "The resource is too large to be stored.", { cause: error });
    throw error;
  }
}

/** "Table service error codes": an entity holds 1 MiB, a transaction 4 MiB. */
const tooLarge = new Set(["EntityTooLarge", "RequestBodyTooLarge", "PropertyValueTooLarge"]);

async function single(
  client: TableClient,
  partition: string,
  write: DocumentWrite,
): Promise<{ readonly etag?: string }> {
  switch (write.kind) {
    case "insert":
      return client.createEntity(toRow(partition, write.row, write.value));
    case "replace":
      return client.updateEntity(toRow(partition, write.row, write.value), "Replace", { etag: write.etag });
    case "put":
      return client.upsertEntity(toRow(partition, write.row, write.value), "Replace");
    case "remove":
      await client.deleteEntity(partition, write.row);
      return {};
  }
}

function action(partition: string, write: DocumentWrite): TransactionAction {
  switch (write.kind) {
    case "insert":
      return ["create", toRow(partition, write.row, write.value)];
    case "replace":
      return ["update", toRow(partition, write.row, write.value), "Replace", { etag: write.etag }];
    case "put":
      return ["upsert", toRow(partition, write.row, write.value), "Replace"];
    case "remove":
      return ["delete", { partitionKey: partition, rowKey: write.row }];
  }
}

function toDocument(entity: TableEntityResult<Row>): StoredDocument {
  return { row: entity.rowKey ?? "", value: fromRow(entity), etag: entity.etag };
}

async function createTable(client: TableClient): Promise<void> {
  try {
    await client.createTable();
  } catch (error) {
    if (statusOf(error) !== 409) throw error;
  }
}

function isConflict(error: unknown): boolean {
  if (isTableMissing(error)) return false;
  const status = statusOf(error);
  return status === 409 || status === 412 || status === 404;
}

function isTableMissing(error: unknown): boolean {
  return statusOf(error) === 404 && codeOf(error) === "TableNotFound";
}

function statusOf(error: unknown): number | undefined {
  return (error as { statusCode?: number } | undefined)?.statusCode;
}

/** The service's own code, from the parsed error body. */
function codeOf(error: unknown): string | undefined {
  const details = (error as { details?: { odataError?: { code?: string } } } | undefined)?.details;
  return details?.odataError?.code ?? (error as { code?: string } | undefined)?.code;
}
