// What this process saw last of the rows it read or wrote, the latest of them. It may be outdated: only a write that
// names the etag may rest on it.
// Why it is so: docs/adr/0018-documents-are-changed-from-what-was-seen.md
import { forgetOldest } from "../forget-oldest.ts";

const mostRows = 500;

export interface LastSeen<Seen> {
  get(row: string): Seen | undefined;
  set(row: string, seen: Seen): void;
  forget(row: string): void;
}

export function lastSeen<Seen>(): LastSeen<Seen> {
  const rows = new Map<string, Seen>();
  return {
    get: (row) => rows.get(row),
    set(row, seen) {
      rows.delete(row);
      rows.set(row, seen);
      forgetOldest(rows, mostRows);
    },
    forget: (row) => void rows.delete(row),
  };
}
