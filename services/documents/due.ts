// Due over a DocumentStore: all entries in one partition, by their time.
import { z } from "zod";
import { refShape } from "../../domain/shared/resource-id.ts";
import type { DocumentStore } from "../documents.ts";
import type { Due, DueEntry, Watcher } from "../due.ts";

const partition = "due";
const prefix = "due|";

const Entry = z.object({
  at: z.string(),
  kind: z.enum(["fireTime", "poll", "firing", "queue", "batch"]),
  trigger: z.object(refShape("trigger")),
  guid: z.string(),
  version: z.string().optional(),
  firing: z.string().optional(),
  seen: z.string().optional(),
  since: z.string(),
});

const rowOf = ({ at, kind, guid, version = "", firing = "" }: DueEntry) =>
  `${prefix}${at}|${kind}|${guid}|${version}${firing}`;

const watched = "watched";
const Watching = z.object({ trigger: z.object(refShape("trigger")), guid: z.string(), version: z.string() });
const watcherRow = (container: string, { guid, version }: Watcher) => `${container}|${guid}|${version}`;
const mostWatchers = 1_000;

export function documentDue(store: DocumentStore): Due {
  return {
    async add(entry) {
      await store.commit(partition, [{ kind: "put", row: rowOf(entry), value: entry }]);
    },
    async upTo(moment, size) {
      // `~` sorts after every character of a row's rest: what is due at the moment itself is in.
      const { documents } = await store.page({ partition, prefix, before: `${prefix}${moment}~`, size });
      return documents.map(({ value }) => Entry.parse(value));
    },
    async settle(entry, next) {
      if (next === undefined) {
        await store.remove({ partition, row: rowOf(entry) }, "*");
        return;
      }
      if (rowOf(next) === rowOf(entry)) return;
      await store.commit(partition, [
        { kind: "remove", row: rowOf(entry) },
        { kind: "put", row: rowOf(next), value: next },
      ]);
    },
    async watch(container, watcher) {
      await store.commit(watched, [{ kind: "put", row: watcherRow(container, watcher), value: watcher }]);
    },
    async unwatch(container, watcher) {
      await store.remove({ partition: watched, row: watcherRow(container, watcher) }, "*");
    },
    async watchers(container) {
      const range = { partition: watched, prefix: `${container}|`, size: mostWatchers };
      const { documents } = await store.page(range);
      return documents.map(({ value }) => Watching.parse(value));
    },
  };
}
