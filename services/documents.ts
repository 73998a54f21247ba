// A partitioned store of JSON documents with optimistic concurrency: the one shape of storage that repositories are
// written against. Azure Table Storage implements it in production and on the local cloud; memory does in tests.
// Invariant: the writes of one `commit` all happen or none does. No resource rules belong here.

export interface DocumentKey {
  readonly partition: string;
  readonly row: string;
}

export interface StoredDocument {
  readonly row: string;
  readonly value: unknown;
  /** Changes with every write; opaque. */
  readonly etag: string;
}

export type DocumentWrite =
  | { readonly kind: "insert"; readonly row: string; readonly value: unknown }
  | { readonly kind: "replace"; readonly row: string; readonly value: unknown; readonly etag: string }
  | { readonly kind: "put"; readonly row: string; readonly value: unknown }
  | { readonly kind: "remove"; readonly row: string };

export type Etags = ReadonlyMap<string, string>;

export interface DocumentRange {
  readonly partition: string;
  /** Rows that begin with this text, in row order. */
  readonly prefix: string;
  /** Of these, only rows that sort at or after `from`, and before `before`. */
  readonly from?: string | undefined;
  readonly before?: string | undefined;
  /** 1 to 1000. */
  readonly size: number;
  /** Opaque, from the page before. */
  readonly continuation?: string | undefined;
}

export interface DocumentPage {
  readonly documents: readonly StoredDocument[];
  readonly continuation?: string | undefined;
}

export interface DocumentStore {
  get(key: DocumentKey): Promise<StoredDocument | undefined>;
  /**
   * At most 100 writes of one partition, atomically. `conflict`: an inserted row exists, a replaced row is absent or has
   * another etag, or a removed row is absent; then nothing was written. @returns the new etags of the rows, by row.
   */
  commit(partition: string, writes: readonly DocumentWrite[]): Promise<Etags | "conflict">;
  /** Removes one row if it still has this etag (`*`: any). Apart: the tables client has no conditional removal in a commit. */
  remove(key: DocumentKey, etag: string): Promise<"removed" | "conflict">;
  page(range: DocumentRange): Promise<DocumentPage>;
  /** Names of the partitions that hold something and begin with this text, in order; costs a request for each. */
  partitions(prefix: string): Promise<readonly string[]>;
}
