// A DocumentStore in memory, with the same meaning as the one on tables. Values pass through JSON, as they would there.
import { checkContinuation } from "../../../services/documents/continuation.ts";
import type { DocumentStore, DocumentWrite, StoredDocument } from "../../../services/documents.ts";

export interface MemoryDocuments extends DocumentStore {
  /** Number of commits and removals so far. */
  writes(): number;
  /** Number of point reads and pages so far. */
  reads(): number;
  /** Number of those that changed something. */
  changes(): number;
  /** Everything stored, as text: for looking for what must not be there. */
  dump(): string;
}

type Rows = Map<string, { text: string; etag: string }>;

/** @param dumped what `dump` answered at some moment: the store goes on from there. */
export function memoryDocuments(dumped?: string): MemoryDocuments {
  const before = JSON.parse(dumped ?? "[]") as [string, [string, { text: string; etag: string }][]][];
  const partitions = new Map<string, Rows>(before.map(([name, rows]) => [name, new Map(rows)]));
  let version = Math.max(
    0,
    ...before.flatMap(([, rows]) => rows.map(([, { etag }]) => Number(etag.slice(1, -1)))),
  );
  let writes = 0;
  let reads = 0;
  let changes = 0;
  const rowsOf = (partition: string) => {
    const rows: Rows = partitions.get(partition) ?? new Map();
    partitions.set(partition, rows);
    return rows;
  };
  const toDocument = (row: string, stored: { text: string; etag: string }): StoredDocument => ({
    row,
    value: JSON.parse(stored.text),
    etag: stored.etag,
  });
  const fits = (partition: string, write: DocumentWrite): boolean => {
    const stored = rowsOf(partition).get(write.row);
    if (write.kind === "insert") return stored === undefined;
    if (write.kind === "remove") return stored !== undefined;
    return write.kind === "put" || (stored !== undefined && stored.etag === write.etag);
  };
  return {
    writes: () => writes,
    reads: () => reads,
    changes: () => changes,
    dump: () => JSON.stringify([...partitions].map(([name, rows]) => [name, [...rows]])),
    async get({ partition, row }) {
      reads += 1;
      const stored = rowsOf(partition).get(row);
      return stored === undefined ? undefined : toDocument(row, stored);
    },
    async commit(partition, asked) {
      writes += 1;
      if (new Set(asked.map(({ row }) => row)).size !== asked.length)
        throw new Error("a row is written twice");
      if (!asked.every((write) => fits(partition, write))) return "conflict";
      changes += 1;
      const etags = new Map<string, string>();
      for (const write of asked)
        if (write.kind === "remove") rowsOf(partition).delete(write.row);
        else {
          const etag = `"${(version += 1)}"`;
          rowsOf(partition).set(write.row, { text: JSON.stringify(write.value), etag });
          etags.set(write.row, etag);
        }
      return etags;
    },
    async remove({ partition, row }, etag) {
      writes += 1;
      const stored = rowsOf(partition).get(row);
      if (stored === undefined || (etag !== "*" && stored.etag !== etag)) return "conflict";
      changes += 1;
      rowsOf(partition).delete(row);
      return "removed";
    },
    partitions: async (prefix) =>
      [...partitions]
        .filter(([name, rows]) => name.startsWith(prefix) && rows.size > 0)
        .map(([name]) => name)
        .sort(),
    async page({ partition, prefix, from = prefix, before, size, continuation }) {
      reads += 1;
      checkContinuation(prefix, continuation);
      const found = [...rowsOf(partition)]
        .filter(
          ([row]) =>
            row.startsWith(prefix) && row >= from && (continuation === undefined || row > continuation),
        )
        .filter(([row]) => before === undefined || row < before)
        .sort(([a], [b]) => (a < b ? -1 : 1));
      const next = found.length > size ? found[size - 1]?.[0] : undefined;
      return {
        documents: found.slice(0, size).map(([row, stored]) => toDocument(row, stored)),
        ...(next === undefined ? {} : { continuation: next }),
      };
    },
  };
}
