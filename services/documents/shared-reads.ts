// Reads of one row that wait together are one read. Invariant: a read begins after everybody whom it serves has asked, so
// that each sees at least what was there when it asked.
import type { DocumentKey, DocumentStore, StoredDocument } from "../documents.ts";

interface Reads {
  readonly underWay: Promise<StoredDocument | undefined>;
  /** Begins when the one under way is over. */
  next?: Promise<StoredDocument | undefined>;
}

export function sharedReads(store: DocumentStore): DocumentStore {
  const rows = new Map<string, Reads>();
  const begin = (name: string, key: DocumentKey): Promise<StoredDocument | undefined> => {
    const reads: Reads = { underWay: store.get(key) };
    rows.set(name, reads);
    const over = () => {
      if (reads.next === undefined) rows.delete(name);
    };
    reads.underWay.then(over, over);
    return reads.underWay;
  };
  return {
    ...store,
    get(key) {
      const name = `${key.partition}|${key.row}`;
      const reads = rows.get(name);
      if (reads === undefined) return begin(name, key);
      const follow = () => begin(name, key);
      reads.next ??= reads.underWay.then(follow, follow);
      return reads.next;
    },
  };
}
