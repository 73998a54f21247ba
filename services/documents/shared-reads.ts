// Reads of one row that wait together are one read.
import type { DocumentStore, StoredDocument } from "../documents.ts";
import { sharedCalls } from "../shared-calls.ts";

export function sharedReads(store: DocumentStore): DocumentStore {
  const shared = sharedCalls<StoredDocument | undefined>();
  return { ...store, get: (key) => shared(`${key.partition}|${key.row}`, () => store.get(key)) };
}
