// Collections of resource documents over a DocumentStore: optimistic updates that start again on a conflict, the first of
// them from what was seen last, without a read; and an event row in the transaction of every change of state. Documents
// are checked on the way out of the store, so that a damaged or older row fails loudly and not three calls later.
import { z } from "zod";
import { kindOf } from "../../domain/kinds.ts";
import type { DocumentOf } from "../../domain/kinds.ts";
import type { ResourceKind } from "../../domain/resources.ts";
import { AppError } from "../../domain/shared/errors.ts";
import type { RefOf } from "../../domain/shared/resource-id.ts";
import { sameContent } from "../../domain/shared/same-content.ts";
import type { Random } from "../clock.ts";
import type { DocumentKey, DocumentStore, DocumentWrite, Etags } from "../documents.ts";
import type { Change, Collection } from "../state.ts";
import { changesBetween, eventRows } from "./event-rows.ts";
import type { ChangeLog } from "./change-log.ts";
import { lastSeen } from "./last-seen.ts";
import { closedNodeTime, lastNodeTime } from "./node-time-rows.ts";
import { documentKey, listed } from "./state-keys.ts";

/** So many writers in a row beat us: something writes in a circle. */
const updateTries = 20;

export interface CollectionContext {
  readonly store: DocumentStore;
  readonly random: Random;
  /** Of jobs, which lists and searches keep a view of. */
  readonly changes: ChangeLog;
}

export function collection<Kind extends ResourceKind>(
  context: CollectionContext,
  kind: Kind,
): Collection<Kind> {
  const { store } = context;
  const { document: schema } = kindOf(kind);
  const { known, made, get, replace } = revisions<Kind>(context, schema);
  return {
    get: async (ref) => (await get(ref))?.document,

    seen: (ref) => known(ref)?.document,

    async create(ref, document, change) {
      const { row: key } = documentKey(ref);
      for (;;) {
        const inserted = await commit(context, ref, [
          { kind: "insert", row: key, value: { revision: 1, document } },
          ...eventRows(ref, 1, changesBetween(undefined, document, change), context.random),
        ]);
        if (inserted !== "conflict") {
          made(ref, document, inserted);
          return { created: true, document };
        }
        const existing = await get(ref);
        // An answer may get lost: the insertion that was tried again finds itself.
        if (existing !== undefined)
          return { created: sameContent(existing.document, document), document: existing.document };
      }
    },

    async update(ref, next, describe) {
      const last = known(ref);
      const ahead = last === undefined ? undefined : changeOf(last.document, next);
      if (last !== undefined && ahead !== undefined)
        if (await replace(ref, last, ahead, describe?.(last.document, ahead))) return ahead;
      for (let attempt = 0; attempt < updateTries; attempt += 1) {
        const current = await get(ref);
        if (current === undefined) return undefined;
        const changed = next(current.document);
        if (changed === current.document) return changed;
        if (await replace(ref, current, changed, describe?.(current.document, changed))) return changed;
      }
      throw new AppError(
        "ServiceUnavailable",
        `'${documentKey(ref).row}' is being changed by too many at once.`,
      );
    },

    remove: removal(context, get),

    async list(scope, page) {
      const { documents, continuation } = await store.page({ ...listed(kind, scope), ...page });
      return { items: documents.map(({ value }) => readRevised(schema, value).document), continuation };
    },
  };
}

function removal<Kind extends ResourceKind>(
  context: CollectionContext,
  get: ReturnType<typeof revisions<Kind>>["get"],
): Collection<Kind>["remove"] {
  const { store } = context;
  return async (ref, isIt, change) => {
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
        const time = lastNodeTime(document, change.time);
        await commit(context, ref, [mark, ...events, ...time]);
        continue;
      }
      if ((await store.remove(key, etag)) === "removed") return;
    }
  };
}

/** Reading one document and replacing one that is still as it was, and what was seen by that. */
function revisions<Kind extends ResourceKind>(
  context: CollectionContext,
  schema: z.ZodType<DocumentOf<Kind>>,
) {
  const { store, random } = context;
  type Ref = RefOf<Kind>;
  type Document = DocumentOf<Kind>;
  const seen = lastSeen<Revised<Document>>();
  const nameOf = ({ partition, row }: DocumentKey) => `${partition}|${row}`;
  return {
    known: (ref: Ref) => seen.get(nameOf(documentKey(ref))),

    /** @param etags as its insertion was answered. */
    made: (ref: Ref, document: Document, etags: Etags): void => {
      const key = documentKey(ref);
      const etag = etags.get(key.row);
      if (etag !== undefined) seen.set(nameOf(key), { revision: 1, document, etag });
    },

    get: async (ref: Ref): Promise<Revised<Document> | undefined> => {
      const key = documentKey(ref);
      const stored = await store.get(key);
      if (stored === undefined) return undefined;
      // Documents do not change: what was seen under this etag is what the row says.
      const before = seen.get(nameOf(key));
      if (before?.etag === stored.etag) return before;
      const current = { ...readRevised(schema, stored.value), etag: stored.etag };
      seen.set(nameOf(key), current);
      return current;
    },

    /** False when it was written meanwhile. */
    replace: async (
      ref: Ref,
      { document: before, revision, removing, etag }: Revised<Document>,
      document: Document,
      change: Change | undefined,
    ): Promise<boolean> => {
      const key = documentKey(ref);
      const value = { revision: revision + 1, document, removing };
      const written = await commit(context, ref, [
        { kind: "replace", row: key.row, value, etag },
        ...eventRows(ref, revision + 1, changesBetween(before, document, change), random),
        ...closedNodeTime(before, document),
      ]);
      const next = written === "conflict" ? undefined : written.get(key.row);
      if (next === undefined) seen.forget(nameOf(key));
      else seen.set(nameOf(key), { ...value, etag: next });
      return written !== "conflict";
    },
  };
}

function commit(
  { store, changes }: CollectionContext,
  ref: RefOf<ResourceKind>,
  writes: readonly DocumentWrite[],
): Promise<Etags | "conflict"> {
  const { partition, row } = documentKey(ref);
  return ref.kind === "job"
    ? changes.commit({ partition, experiment: (ref as RefOf<"job">).experiment }, row, writes)
    : store.commit(partition, writes);
}

/** What becomes of a document that may be outdated; `undefined` when it is left alone or refused, which only a read can tell. */
function changeOf<Document>(known: Document, next: (current: Document) => Document): Document | undefined {
  try {
    const changed = next(known);
    return changed === known ? undefined : changed;
  } catch {
    return undefined;
  }
}

interface Revised<Document> {
  readonly revision: number;
  readonly document: Document;
  readonly removing?: boolean | undefined;
  readonly etag: string;
}

const StoredRevised = z.object({
  revision: z.int(),
  document: z.unknown(),
  /** The event of its removal is written. */
  removing: z.boolean().optional(),
});

/** A stored document and the number of its writes, which orders the events of one moment. */
export function readRevised<Document>(
  schema: z.ZodType<Document>,
  value: unknown,
): Omit<Revised<Document>, "etag"> {
  const { revision, document, removing } = StoredRevised.parse(value);
  return { revision, document: schema.parse(document), removing };
}
