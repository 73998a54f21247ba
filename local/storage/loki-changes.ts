// What changed in a Loki database since it was last asked, as values that can be written down; and the same changes made in
// a database as it was saved. Invariant: changes made again, from any earlier point on, give the same database. So a
// snapshot may be newer than the first change that is made in it.
import type { LokiCollection, LokiDatabase, LokiDocument, SavedCollection, SavedDatabase } from "./loki.ts";

export type Change =
  | {
      readonly kind: "put";
      readonly in: string;
      readonly document: LokiDocument;
      /** The document's list `blocks` has these behind its first `from`, and is not in `document`. */
      readonly grown?: { readonly from: number; readonly items: readonly unknown[] };
    }
  | { readonly kind: "remove"; readonly in: string; readonly id: number }
  | { readonly kind: "add"; readonly collection: SavedCollection }
  | { readonly kind: "drop"; readonly in: string };

/** The only list of Azurite's that grows without end, and only at its end: one append would cost what all before it did. */
const blocks = "committedBlocksInOrder";

export interface ChangeLog {
  readonly isEmpty: boolean;
  /** What changed since the last call. */
  take(): Change[];
}

/** Notes from now on what changes; what the database held before belongs to a snapshot. */
export function recordChanges(database: LokiDatabase): ChangeLog {
  let structure: Change[] = [];
  const written = new WeakMap<readonly unknown[], number>();
  const watch = (collection: LokiCollection) => {
    collection.isIncremental = true;
    collection.dirtyIds = [];
  };
  database.collections.forEach(watch);
  const addCollection = database.addCollection.bind(database);
  const removeCollection = database.removeCollection.bind(database);
  database.addCollection = (name, options) => {
    const known = database.collections.find((collection) => collection.name === name);
    if (known !== undefined) return known;
    const collection = addCollection(name, options);
    watch(collection);
    const image = JSON.stringify(collection, (key, value) => database.serializeReplacer(key, value));
    structure.push({ kind: "add", collection: JSON.parse(image) as SavedCollection });
    return collection;
  };
  database.removeCollection = (name) => {
    removeCollection(name);
    structure.push({ kind: "drop", in: name });
  };
  return {
    get isEmpty() {
      return structure.length === 0 && database.collections.every(({ dirtyIds }) => dirtyIds.length === 0);
    },
    take() {
      const changes = structure;
      structure = [];
      for (const collection of database.collections) changes.push(...documents(collection, written));
      return changes;
    },
  };
}

function documents(collection: LokiCollection, written: WeakMap<readonly unknown[], number>): Change[] {
  const ids = new Set(collection.dirtyIds);
  collection.dirtyIds = [];
  return [...ids].map((id) => {
    const document = collection.get(id);
    if (document === null) return { kind: "remove", in: collection.name, id };
    return put(collection.name, document, written);
  });
}

function put(name: string, document: LokiDocument, written: WeakMap<readonly unknown[], number>): Change {
  const list = document[blocks];
  if (!Array.isArray(list)) return { kind: "put", in: name, document };
  const from = written.get(list) ?? 0;
  written.set(list, list.length);
  if (from === 0 || from > list.length) return { kind: "put", in: name, document };
  const { [blocks]: _list, ...rest } = document;
  return { kind: "put", in: name, document: rest, grown: { from, items: list.slice(from) } };
}

/** Makes the changes in a saved database, of which Loki's indexes are out of date from then on. */
export function applyChanges(database: SavedDatabase, changes: readonly Change[]): void {
  const open = new Map<string, Map<number, LokiDocument>>();
  const find = (name: string) => database.collections.find((collection) => collection.name === name);
  const documentsOf = (name: string) => {
    const known = open.get(name) ?? new Map(find(name)?.data.map((document) => [document.$loki, document]));
    open.set(name, known);
    return known;
  };
  const drop = (name: string) => {
    database.collections = database.collections.filter((collection) => collection.name !== name);
    open.delete(name);
  };
  for (const change of changes) {
    if (change.kind === "add") {
      drop(change.collection.name);
      database.collections.push(change.collection);
    } else if (change.kind === "drop") drop(change.in);
    else if (change.kind === "remove") documentsOf(change.in).delete(change.id);
    else documentsOf(change.in).set(change.document.$loki, grown(change, documentsOf(change.in)));
  }
  for (const [name, documents] of open) settle(find(name), documents);
}

function grown(
  { document, grown: more }: Change & { kind: "put" },
  documents: ReadonlyMap<number, LokiDocument>,
): LokiDocument {
  if (more === undefined) return document;
  const before = documents.get(document.$loki)?.[blocks];
  const kept = Array.isArray(before) ? (before.slice(0, more.from) as unknown[]) : [];
  return { ...document, [blocks]: [...kept, ...more.items] };
}

/** Loki looks documents up by halving: they lie in the order of their ids. */
function settle(collection: SavedCollection | undefined, documents: ReadonlyMap<number, LokiDocument>): void {
  if (collection === undefined) return;
  collection.data = [...documents.values()].sort((one, other) => one.$loki - other.$loki);
  collection.maxId = Math.max(collection.maxId, collection.data.at(-1)?.$loki ?? 0);
}
