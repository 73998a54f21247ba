// Operation documents over a DocumentStore.
import { z } from "zod";
import type { DocumentStore } from "../documents.ts";
import type { OperationDocuments } from "../operation-documents.ts";
import { operationKey } from "./state-keys.ts";

const Stored = z.object({
  id: z.string(),
  subscriptionId: z.string(),
  location: z.string(),
  status: z.enum(["InProgress", "Succeeded", "Failed"]),
  startTime: z.string(),
  endTime: z.string().optional(),
  resourceId: z.string(),
  error: z.object({ code: z.string(), message: z.string() }).optional(),
});

export function documentOperations(store: DocumentStore): OperationDocuments {
  return {
    async open(operation) {
      const { partition, row } = operationKey(operation.id);
      await store.commit(partition, [{ kind: "insert", row, value: operation }]);
    },
    async get(id) {
      const stored = await store.get(operationKey(id));
      return stored === undefined ? undefined : Stored.parse(stored.value);
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
        if (written !== "conflict") return;
      }
    },
  };
}
