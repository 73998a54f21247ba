// Rows that say which documents of an experiment were written lately, each in the partition and the transaction of what it tells. One row
// for each document and ten minutes, however often it is written: its ETag is another one then. Retention removes them.
// Why it is so: docs/adr/0036-mlflow-runs-are-jobs.md
import { z } from "zod";
import { tellingMs } from "../changes.ts";
import type { DocumentStore, DocumentWrite, StoredDocument } from "../documents.ts";
import { allRows } from "./all-rows.ts";

export const allChanges = "changed|";
const pageSize = 1_000;
const ChangeRow = z.object({ at: z.number() });

const slotOf = (time: number) => String(Math.max(0, Math.floor(time / tellingMs))).padStart(9, "0");
/** Prefix of all that was told of an experiment. */
export const changesOf = (experiment: string) => `${allChanges}${experiment.toLowerCase()}|`;

/** @param row of the document. */
export function changeWrite(experiment: string, row: string, now: number): DocumentWrite {
  return { kind: "put", row: `${changesOf(experiment)}${slotOf(now)}|${row}`, value: { at: now } };
}

/** Rows of the documents that were written since then, some of them a while before. */
export async function changedRows(
  store: DocumentStore,
  partition: string,
  experiment: string,
  since: number,
): Promise<readonly { readonly row: string; readonly stamp: string }[]> {
  const prefix = changesOf(experiment);
  const from = `${prefix}${slotOf(since - tellingMs)}`;
  const found = await allRows(store, { partition, prefix, from, size: pageSize });
  return found.map(({ row, etag }) => ({
    row: row.slice(row.indexOf("|", prefix.length) + 1),
    stamp: `${row} ${etag}`,
  }));
}

export const isOldChange = ({ value }: StoredDocument, before: number) => ChangeRow.parse(value).at < before;
