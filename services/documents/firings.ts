// Firings over a DocumentStore: one partition a trigger, so that a decision, its place in the list of all, and the jobs that it
// counted are one transaction.
import { z } from "zod";
import { startedKinds } from "../../domain/trigger/action.ts";
import { Firing } from "../../domain/trigger/firing.ts";
import { mostBlobs } from "../../domain/trigger/quiet-window.ts";
import type { DocumentStore, DocumentWrite, StoredDocument } from "../documents.ts";
import type { Firings, StoredFiring, UnfinishedOfTrigger } from "../firings.ts";
import { checkContinuation } from "./continuation.ts";
import { firingPartition, newestFirst } from "./state-keys.ts";

const unfinishedRow = "jobs";
const UnfinishedRow = z.object({
  jobs: z.array(
    z.object({
      firing: z.string(),
      kind: z.enum(startedKinds).default("job"),
      experiment: z.string(),
      name: z.string(),
    }),
  ),
});

const listed = (firing: Firing) => `${list}${newestFirst(firing.receivedAt)}|${firing.id}`;
const list = "at|";
const idPrefix = "id|";
const idRow = (id: string) => `${idPrefix}${id}`;
const queue = "queue|";
const queueRow = (firing: Firing) => `${queue}${firing.receivedAt}|${firing.id}`;

const gatheringPrefix = "gathering|";
const gatheringRow = (firing: Firing) => `${gatheringPrefix}${firing.receivedAt}|${firing.id}`;
const closingRow = "closing";
const Closing = z.object({ batch: z.string() });

export function documentFirings(store: DocumentStore): Firings {
  const get = async (trigger: string, id: string): Promise<StoredFiring | undefined> => {
    const found = await store.get({ partition: firingPartition(trigger), row: idRow(id) });
    return found === undefined ? undefined : { ...Firing.parse(found.value), etag: found.etag };
  };
  return {
    get,
    ...writes(store, get),
    ...batches(store),
    async unfinished(trigger): Promise<UnfinishedOfTrigger> {
      const found = await store.get({ partition: firingPartition(trigger), row: unfinishedRow });
      return found === undefined
        ? { all: [] }
        : { all: UnfinishedRow.parse(found.value).jobs, etag: found.etag };
    },
    async forgetUnfinished(trigger) {
      await store.remove({ partition: firingPartition(trigger), row: unfinishedRow }, "*");
    },
    async queued(trigger, first) {
      const range = { partition: firingPartition(trigger), prefix: queue, size: first };
      const { documents } = await store.page(range);
      const ids = documents.map(({ row }) => row.slice(row.lastIndexOf("|") + 1));
      const found = await Promise.all(ids.map((id) => get(trigger, id)));
      return found.filter((firing) => firing !== undefined);
    },
    async list(trigger, { decision, ...page }) {
      checkContinuation(list, page.continuation);
      const found = await store.page({ partition: firingPartition(trigger), prefix: list, ...page });
      const all = found.documents.map(({ value }: StoredDocument) => Firing.parse(value));
      return {
        items: all.filter((firing) => decision === undefined || firing.decision === decision),
        continuation: found.continuation,
      };
    },
  };
}

function batches(store: DocumentStore): Pick<Firings, "gathering" | "openBatch" | "closing" | "closed"> {
  return {
    async gathering(trigger) {
      const range = { partition: firingPartition(trigger), prefix: gatheringPrefix, size: mostBlobs };
      const { documents } = await store.page(range);
      return documents.map(({ row }) => {
        const [, receivedAt = "", id = ""] = row.split("|");
        return { id, receivedAt };
      });
    },
    async openBatch(trigger, batch) {
      const { id, receivedAt } = batch;
      const written = await store.commit(firingPartition(trigger), [
        { kind: "insert", row: closingRow, value: { batch: id, receivedAt } },
        { kind: "insert", row: idRow(id), value: batch },
        { kind: "put", row: listed(batch), value: batch },
      ]);
      return written === "conflict" ? "conflict" : "opened";
    },
    async closing(trigger) {
      const found = await store.get({ partition: firingPartition(trigger), row: closingRow });
      return found === undefined ? undefined : Closing.parse(found.value).batch;
    },
    async closed(trigger, batch) {
      const key = { partition: firingPartition(trigger), row: closingRow };
      const found = await store.get(key);
      if (found !== undefined && Closing.parse(found.value).batch === batch)
        await store.remove(key, found.etag);
    },
  };
}

function writes(store: DocumentStore, get: Firings["get"]): Pick<Firings, "open" | "write" | "duplicate"> {
  return {
    async open(trigger, firing) {
      const partition = firingPartition(trigger);
      for (;;) {
        const etags = await store.commit(partition, [
          { kind: "insert", row: idRow(firing.id), value: firing },
          { kind: "put", row: listed(firing), value: firing },
          ...(firing.gathering === true ? [gatheringWrite(firing)] : []),
        ]);
        if (etags !== "conflict")
          return { firing: { ...firing, etag: etags.get(idRow(firing.id)) ?? "" }, isNew: true };
        const found = await get(trigger, firing.id);
        if (found !== undefined) return { firing: found, isNew: false };
      }
    },
    async write(trigger, { etag, ...before }, next, unfinished) {
      const row = idRow(before.id);
      const value = Firing.parse(next);
      const etags = await store.commit(firingPartition(trigger), [
        { kind: "replace", row, value, etag },
        { kind: "put", row: listed(before), value },
        ...queueWrites(before, value),
        ...gatheringWrites(before, value),
        ...(unfinished === undefined ? [] : [unfinishedWrite(unfinished)]),
      ]);
      return etags === "conflict" ? "conflict" : { ...value, etag: etags.get(row) ?? "" };
    },
    async duplicate(trigger, { etag, ...of }, copy) {
      const value = { ...of, duplicates: of.duplicates + 1 };
      const written = await store.commit(firingPartition(trigger), [
        { kind: "replace", row: idRow(of.id), value, etag },
        { kind: "put", row: listed(of), value },
        { kind: "put", row: listed(copy), value: copy },
        { kind: "put", row: idRow(copy.id), value: copy },
      ]);
      return written === "conflict" ? "conflict" : "written";
    },
  };
}

function queueWrites(before: Firing, next: Firing): readonly DocumentWrite[] {
  const [was, is] = [before.decision === "queued", next.decision === "queued"];
  if (was === is) return [];
  return is
    ? [{ kind: "put", row: queueRow(before), value: { receivedAt: before.receivedAt } }]
    : [{ kind: "remove", row: queueRow(before) }];
}

function gatheringWrites(before: Firing, next: Firing): readonly DocumentWrite[] {
  const [was, is] = [before.gathering === true, next.gathering === true];
  if (was === is) return [];
  return [is ? gatheringWrite(before) : { kind: "remove", row: gatheringRow(before) }];
}

const gatheringWrite = (firing: Firing): DocumentWrite => ({
  kind: "put",
  row: gatheringRow(firing),
  value: { receivedAt: firing.receivedAt },
});

function unfinishedWrite({ before, next }: NonNullable<Parameters<Firings["write"]>[3]>): DocumentWrite {
  const value = { jobs: next };
  return before.etag === undefined
    ? { kind: "insert", row: unfinishedRow, value }
    : { kind: "replace", row: unfinishedRow, value, etag: before.etag };
}

/** Where a trigger's firings are: one by one, in the list of all, those that wait for their turn or for others. */
export const firingPrefixes = [idPrefix, list, queue, gatheringPrefix, closingRow] as const;
const Received = z.object({ receivedAt: z.string() });

/** One that was received before a moment. What nothing became of by then, nothing will. */
export function isOldFiring({ value }: StoredDocument, beforeMs: number): boolean {
  return Date.parse(Received.parse(value).receivedAt) < beforeMs;
}
