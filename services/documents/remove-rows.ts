// Removes rows of one partition, as many in a transaction as it holds. One that is gone already counts as removed.
import type { DocumentStore } from "../documents.ts";
import { allRows } from "./all-rows.ts";

/** "Performing entity group transactions": at most so many entities. */
const mostPerCommit = 100;

export async function removeRows(
  store: DocumentStore,
  partition: string,
  rows: readonly string[],
): Promise<void> {
  for (let start = 0; start < rows.length; start += mostPerCommit) {
    const some = rows.slice(start, start + mostPerCommit);
    const together = await store.commit(
      partition,
      some.map((row) => ({ kind: "remove", row })),
    );
    if (together === "conflict" && some.length > 1)
      for (const row of some) await store.remove({ partition, row }, "*");
  }
}

/** All rows of a partition that begin with the prefix. */
export async function removeBelow(store: DocumentStore, partition: string, prefix: string): Promise<void> {
  const found = await allRows(store, { partition, prefix, size: 1_000 });
  await removeRows(
    store,
    partition,
    found.map(({ row }) => row),
  );
}
