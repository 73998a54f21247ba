// Collections of resource documents over a DocumentStore: optimistic updates that start again on a conflict, and an
// event row in the transaction of every change of state. Documents are checked on the way out of the store, so that a
// damaged or older row fails loudly and not three calls later.
import type { z } from "zod";
import { AppError } from "../../domain/shared/errors.ts";
import type { ResourceRef } from "../../domain/shared/resource-id.ts";
import type { Random } from "../clock.ts";
import type { DocumentStore, DocumentWrite } from "../documents.ts";
import type { Change, Collection } from "../state.ts";
import { documentKey, eventPrefix } from "./state-keys.ts";

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
    return stored === undefined ? undefined : { document: schema.parse(stored.value), etag: stored.etag };
  };
  return {
    get: async (ref) => (await get(ref))?.document,

    async create(ref, document, change) {
      const { partition, row } = documentKey(ref);
      for (;;) {
        const inserted = await store.commit(partition, [
          { kind: "insert", row, value: document },
          eventRow(context, ref, change),
        ]);
        if (inserted === "committed") return { created: true, document };
        const existing = await get(ref);
        if (existing !== undefined) return { created: false, document: existing.document };
      }
    },

    async update(ref, next, describe) {
      const { partition, row } = documentKey(ref);
      for (let attempt = 0; attempt < updateTries; attempt += 1) {
        const current = await get(ref);
        if (current === undefined) return undefined;
        const changed = next(current.document);
        if (changed === current.document) return changed;
        const change = describe?.(current.document, changed);
        const writes: DocumentWrite[] = [{ kind: "replace", row, value: changed, etag: current.etag }];
        if (change !== undefined) writes.push(eventRow(context, ref, change));
        if ((await store.commit(partition, writes)) === "committed") return changed;
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
        if ((await store.remove(key, current.etag)) === "removed") break;
      }
      await store.commit(key.partition, [eventRow(context, ref, change)]);
    },
  };
}

function eventRow(context: CollectionContext, ref: ResourceRef, change: Change): DocumentWrite {
  const id = `${change.time}-${context.random.uuid().slice(0, 8)}`;
  return { kind: "put", row: `${eventPrefix(ref)}${id}`, value: { ...change, id } };
}
