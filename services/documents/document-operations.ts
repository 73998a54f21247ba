// Operation documents over a DocumentStore, and an index of those that have not ended. The document is written first and the
// index last, on the way in as on the way out: what a crash leaves between the two is an operation nobody was told of, or
// a row of one that has ended, which the next listing drops.
import { z } from "zod";
import { formatId, parseId } from "../../domain/shared/resource-id.ts";
import type { DocumentStore } from "../documents.ts";
import type { OperationDocument, OperationDocuments, UnfinishedOperation } from "../operation-documents.ts";
import { operationKey, unfinishedOperationKey, unfinishedOperations } from "./state-keys.ts";

const Stored = z.object({
  id: z.string(),
  subscriptionId: z.string(),
  location: z.string(),
  status: z.enum(["InProgress", "Succeeded", "Failed"]),
  startTime: z.string(),
  endTime: z.string().optional(),
  resourceId: z.string(),
  resource: z.string().optional(),
  actor: z.string().optional(),
  error: z.object({ code: z.string(), message: z.string() }).optional(),
});

const Listed = z.object({
  id: z.string(),
  kind: z.enum(["create", "delete", "terminate"]),
  resource: z.string(),
  creation: z.string(),
  actor: z.string(),
});

export function documentOperations(store: DocumentStore): OperationDocuments {
  const get = async (id: string): Promise<OperationDocument | undefined> => {
    const stored = await store.get(operationKey(id));
    return stored === undefined ? undefined : Stored.parse(stored.value);
  };
  return {
    get,
    async open(operation, { kind, ref, creation, actor }) {
      const { partition, row } = operationKey(operation.id);
      const made = await store.commit(partition, [{ kind: "insert", row, value: operation }]);
      const now = made === "conflict" ? await get(operation.id) : operation;
      if (now?.status !== "InProgress") return;
      const listed = unfinishedOperationKey(operation.id);
      const value = { id: operation.id, kind, resource: formatId(ref), creation, actor };
      await store.commit(listed.partition, [{ kind: "put", row: listed.row, value }]);
    },
    async close(id, outcome, endTime) {
      const { partition, row } = operationKey(id);
      for (;;) {
        const stored = await store.get({ partition, row });
        if (stored === undefined) return;
        const operation = Stored.parse(stored.value);
        if (operation.status !== "InProgress") return;
        const value = { ...operation, ...outcome, endTime };
        const written = await store.commit(partition, [{ kind: "replace", row, value, etag: stored.etag }]);
        if (written === "conflict") continue;
        await store.remove(unfinishedOperationKey(id), "*");
        return;
      }
    },
    async unfinished(page) {
      const found = await store.page({ ...unfinishedOperations, ...page });
      const items: UnfinishedOperation[] = [];
      for (const { value } of found.documents) {
        const listed = toUnfinished(value);
        if ((await get(listed.id))?.status === "InProgress") items.push(listed);
        else await store.remove(unfinishedOperationKey(listed.id), "*");
      }
      return { items, continuation: found.continuation };
    },
  };
}

function toUnfinished(value: unknown): UnfinishedOperation {
  const { id, kind, resource, creation, actor } = Listed.parse(value);
  return { id, subject: { kind, ref: parseId(resource), creation, actor } };
}
