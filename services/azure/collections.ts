// Collections of resource documents over a DocumentStore: optimistic updates that start again on a conflict, and an
// event row in the transaction of every change of state. Documents are checked on the way out of the store, so that a
// damaged or older row fails loudly and not three calls later.
import { z } from "zod";
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
    return stored === undefined ? undefined : { ...readRevised(schema, stored.value), etag: stored.etag };
  };
  return {
    get: async (ref) => (await get(ref))?.document,

    async create(ref, document, change) {
      const { partition, row: key } = documentKey(ref);
      for (;;) {
        const inserted = await store.commit(partition, [
          { kind: "insert", row: key, value: { revision: 1, document } },
          eventRow(context, ref, 1, change),
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
        const change = describe?.(current.document, changed);
        const revision = current.revision + 1;
        const value = { revision, document: changed };
        const writes: DocumentWrite[] = [{ kind: "replace", row: key, value, etag: current.etag }];
        if (change !== undefined) writes.push(eventRow(context, ref, revision, change));
        if ((await store.commit(partition, writes)) === "committed") return changed;
      }
      throw new AppError(
        "ServiceUnavailable",
        `'${documentKey(ref).row}' is being changed by too many at once.`,
      );
    },

    async remove(ref, isIt, change) {
      const key = documentKey(ref);
      let revision: number;
      for (;;) {
        const current = await get(ref);
        if (current === undefined || !isIt(current.document)) return;
        revision = current.revision + 1;
        if ((await store.remove(key, current.etag)) === "removed") break;
      }
      await store.commit(key.partition, [eventRow(context, ref, revision, change)]);
    },
  };
}

const Revised = z.object({ revision: z.int(), document: z.unknown() });

/** A stored document and the number of its writes, which orders the events of one moment. */
export function readRevised<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
): { readonly revision: number; readonly document: z.output<Schema> } {
  const { revision, document } = Revised.parse(value);
  return { revision, document: schema.parse(document) };
}

function eventRow(
  context: CollectionContext,
  ref: ResourceRef,
  revision: number,
  change: Change,
): DocumentWrite {
  // The last part keeps apart the events of a name that was used again within the same moment.
  const id = `${change.time}-${String(revision).padStart(8, "0")}-${context.random.uuid().slice(0, 8)}`;
  return { kind: "put", row: `${eventPrefix(ref)}${id}`, value: { ...change, id } };
}
