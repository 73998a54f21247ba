// Commits of one partition that wait together become one transaction. A store that is asked for much at once so does few
// large writes instead of many small ones; one that is asked for little does what it did. Invariant: each commit still
// happens whole or not at all, and is answered for itself.
// Why it is so: docs/adr/0021-what-waits-together-goes-together.md
import { AppError } from "../../domain/shared/errors.ts";
import type { DocumentStore, DocumentWrite, Etags } from "../documents.ts";

/** "Performing entity group transactions": at most so many entities. */
const mostWrites = 100;
/** A partition's transactions under way at once: a second, so that one that hangs does not hold up all the others. */
const mostUnderWay = 2;

interface Waiting {
  readonly writes: readonly DocumentWrite[];
  readonly resolve: (answer: Etags | "conflict") => void;
  readonly reject: (error: unknown) => void;
}

interface Line {
  underWay: number;
  readonly waiting: Waiting[];
}

export function groupedCommits(store: DocumentStore): DocumentStore {
  const lines = new Map<string, Line>();
  const advance = (partition: string, line: Line): void => {
    while (line.underWay < mostUnderWay && line.waiting.length > 0) {
      line.underWay += 1;
      void settle(store, partition, nextGroup(line.waiting)).then(() => {
        line.underWay -= 1;
        if (line.underWay === 0 && line.waiting.length === 0) lines.delete(partition);
        else advance(partition, line);
      });
    }
  };
  return {
    get: (key) => store.get(key),
    remove: (key, etag) => store.remove(key, etag),
    page: (range) => store.page(range),
    partitions: (prefix) => store.partitions(prefix),
    commit: (partition, writes) =>
      new Promise((resolve, reject) => {
        const line = lines.get(partition) ?? { underWay: 0, waiting: [] };
        lines.set(partition, line);
        line.waiting.push({ writes, resolve, reject });
        advance(partition, line);
      }),
  };
}

/** Takes from the front what fits into one transaction, which may name a row only once: of a row that several put the last is left. */
function nextGroup(waiting: Waiting[]): readonly Waiting[] {
  const rows = new Map<string, DocumentWrite["kind"]>();
  let count = 0;
  for (const { writes } of waiting) {
    const isPutAgain = ({ kind, row }: DocumentWrite) => kind === "put" && rows.get(row) === "put";
    const others = writes.filter((write) => !isPutAgain(write));
    const fits = rows.size + others.length <= mostWrites && others.every(({ row }) => !rows.has(row));
    if (count > 0 && !fits) break;
    for (const { kind, row } of writes) rows.set(row, kind);
    count += 1;
  }
  return waiting.splice(0, count);
}

function writesOf(group: readonly Waiting[]): readonly DocumentWrite[] {
  const byRow = new Map(group.flatMap(({ writes }) => writes.map((write) => [write.row, write] as const)));
  return [...byRow.values()];
}

/** Answers every one of the group. */
async function settle(store: DocumentStore, partition: string, group: readonly Waiting[]): Promise<void> {
  if (group.length > 1) {
    const together = await attempt(store, partition, writesOf(group));
    if (together.kind === "committed") return group.forEach(({ resolve }) => resolve(together.etags));
    if (together.kind === "failed") return group.forEach(({ reject }) => reject(together.error));
  }
  await Promise.all(
    group.map(({ writes, resolve, reject }) => store.commit(partition, writes).then(resolve, reject)),
  );
}

type Attempt =
  | { readonly kind: "committed"; readonly etags: Etags }
  /** One of them is not possible, or all are too large together: nothing was written. */
  | { readonly kind: "refused" }
  | { readonly kind: "failed"; readonly error: unknown };

async function attempt(
  store: DocumentStore,
  partition: string,
  writes: readonly DocumentWrite[],
): Promise<Attempt> {
  try {
    const etags = await store.commit(partition, writes);
    return etags === "conflict" ? { kind: "refused" } : { kind: "committed", etags };
  } catch (error) {
    if (error instanceof AppError && !error.retryable) return { kind: "refused" };
    return { kind: "failed", error };
  }
}
