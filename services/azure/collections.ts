// Collections of resource documents over a DocumentStore: optimistic updates that start again on a conflict, and an
// event row in the transaction of every change of state. Documents are checked on the way out of the store, so that a
// damaged or older row fails loudly and not three calls later.
import { z } from "zod";
import { AppError } from "../../domain/shared/errors.ts";
import type { ResourceRef } from "../../domain/shared/resource-id.ts";
import type { Random } from "../clock.ts";
import type { DocumentStore, DocumentWrite } from "../documents.ts";
import type { Collection } from "../state.ts";
import { changesBetween, eventRows } from "./event-rows.ts";
import { documentKey } from "./state-keys.ts";

/** So many writers in a row beat us: something writes in a circle. */
const updateTries = 20;

export interface CollectionContext {
  readonly store: DocumentStore;
  readonly random: Random;
}

export function collection<Ref extends ResourceRef, Schema extends z.ZodType>(
  context: CollectionContext,
  schema: Schema,
): Collection<Ref, z.output<Schema>> {
  const { store } = context;
  const get = async (ref: Ref) => {
    const stored = await store.get(documentKey(ref));
    return stored === undefined ? undefined : { ...readRevised(schema, stored.value), etag: stored.etag };
  };
  return {
    get: async (ref) => (await get(ref))?.document,

    async create(ref, document, change) {
      const { partition, row: key } = documentKey(ref);
      for (;;) {
        const inserted = await store.commit(partition, [
          { kind: "insert", row: key, value: { revision: 1, document } },
          ...eventRows(ref, 1, changesBetween(undefined, document, change), context.random),
        ]);
        if (inserted === "committed") return { created: true, document };
        const existing = await get(ref);
        if (existing !== undefined) return { created: false, document: existing.document };
      }
    },

    async update(ref, next, describe) {
      const { partition, row: key } = documentKey(ref);
      for (let attempt = 0; attempt < updateTries; attempt += 1) {
        const current = await get(ref);
        if (current === undefined) return undefined;
        const changed = next(current.document);
        if (changed === current.document) return changed;
        const changes = changesBetween(current.document, changed, describe?.(current.document, changed));
        const revision = current.revision + 1;
        const value = { revision, document: changed, removing: current.removing };
        const write: DocumentWrite = { kind: "replace", row: key, value, etag: current.etag };
        const events = eventRows(ref, revision, changes, context.random);
        if ((await store.commit(partition, [write, ...events])) === "committed") return changed;
      }
      throw new AppError(
        "ServiceUnavailable",
        `'${documentKey(ref).row}' is being changed by too many at once.`,
      );
    },

    async remove(ref, isIt, change) {
      const key = documentKey(ref);
      for (;;) {
        const current = await get(ref);
        if (current === undefined || !isIt(current.document)) return;
        const { document, etag, revision, removing } = current;
        // A removal cannot share a transaction with its event: the document is marked in that one, and removed then.
        if (removing !== true) {
          const value = { revision: revision + 1, document, removing: true };
          const mark: DocumentWrite = { kind: "replace", row: key.row, value, etag };
          const changes = changesBetween(document, undefined, change);
          const events = eventRows(ref, revision + 1, changes, context.random);
          await store.commit(key.partition, [mark, ...events]);
        } else if ((await store.remove(key, etag)) === "removed") return;
      }
    },
  };
}

const Revised = z.object({
  revision: z.int(),
  document: z.unknown(),
  /** The event of its removal is written. */
  removing: z.boolean().optional(),
});

/** A stored document and the number of its writes, which orders the events of one moment. */
export function readRevised<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
): {
  readonly revision: number;
  readonly document: z.output<Schema>;
  readonly removing?: boolean | undefined;
} {
  const { revision, document, removing } = Revised.parse(value);
  return { revision, document: schema.parse(document), removing };
}
