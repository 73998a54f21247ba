// Firings over a DocumentStore: one partition a trigger, so that a decision, its place in the list of all, and the jobs that it
// counted are one transaction.
import { z } from "zod";
import { Firing } from "../../domain/trigger/firing.ts";
import type { DocumentStore, DocumentWrite, StoredDocument } from "../documents.ts";
import type { Firings, StoredFiring, TriggeredJobs } from "../firings.ts";
import { checkContinuation } from "./continuation.ts";
import { firingPartition } from "./state-keys.ts";

const jobsRow = "jobs";
const Jobs = z.object({
  jobs: z.array(z.object({ firing: z.string(), experiment: z.string(), name: z.string() })),
});

/** Newest first: what is left of the thirteen digits. */
const listed = (firing: Firing) =>
  `${list}${String(9_999_999_999_999 - Date.parse(firing.receivedAt)).padStart(13, "0")}|${firing.id}`;
const list = "at|";
const idPrefix = "id|";
const idRow = (id: string) => `${idPrefix}${id}`;
const queue = "queue|";
const queueRow = (firing: Firing) => `${queue}${firing.receivedAt}|${firing.id}`;

export function documentFirings(store: DocumentStore): Firings {
  const get = async (trigger: string, id: string): Promise<StoredFiring | undefined> => {
    const found = await store.get({ partition: firingPartition(trigger), row: idRow(id) });
    return found === undefined ? undefined : { ...Firing.parse(found.value), etag: found.etag };
  };
  return {
    get,
    ...writes(store, get),
    async jobs(trigger): Promise<TriggeredJobs> {
      const found = await store.get({ partition: firingPartition(trigger), row: jobsRow });
      return found === undefined ? { jobs: [] } : { ...Jobs.parse(found.value), etag: found.etag };
    },
    async forgetJobs(trigger) {
      await store.remove({ partition: firingPartition(trigger), row: jobsRow }, "*");
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

function writes(store: DocumentStore, get: Firings["get"]): Pick<Firings, "open" | "write" | "duplicate"> {
  return {
    async open(trigger, firing) {
      const partition = firingPartition(trigger);
      for (;;) {
        const etags = await store.commit(partition, [
          { kind: "insert", row: idRow(firing.id), value: firing },
          { kind: "put", row: listed(firing), value: firing },
        ]);
        if (etags !== "conflict")
          return { firing: { ...firing, etag: etags.get(idRow(firing.id)) ?? "" }, isNew: true };
        const found = await get(trigger, firing.id);
        if (found !== undefined) return { firing: found, isNew: false };
      }
    },
    async write(trigger, { etag, ...before }, next, jobs) {
      const row = idRow(before.id);
      const value = Firing.parse(next);
      const etags = await store.commit(firingPartition(trigger), [
        { kind: "replace", row, value, etag },
        { kind: "put", row: listed(before), value },
        ...queueWrites(before, value),
        ...(jobs === undefined ? [] : [jobsWrite(jobs)]),
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

function jobsWrite({ before, next }: NonNullable<Parameters<Firings["write"]>[3]>): DocumentWrite {
  const value = { jobs: next };
  return before.etag === undefined
    ? { kind: "insert", row: jobsRow, value }
    : { kind: "replace", row: jobsRow, value, etag: before.etag };
}

/** Where a trigger's firings are: one by one, in the list of all, and those that wait for their turn. */
export const firingPrefixes = [idPrefix, list, queue] as const;
const Received = z.object({ receivedAt: z.string() });

/** One that was received before a moment. What nothing became of by then, nothing will. */
export function isOldFiring({ value }: StoredDocument, beforeMs: number): boolean {
  return Date.parse(Received.parse(value).receivedAt) < beforeMs;
}
