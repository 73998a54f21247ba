import { createRequire } from "node:module";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { LokiDatabase, SavedDatabase } from "../../../../local/storage/loki.ts";
import { applyChanges, recordChanges } from "../../../../local/storage/loki-changes.ts";
import type { Change } from "../../../../local/storage/loki-changes.ts";

interface Collection {
  insert(document: object): unknown;
  update(document: object): void;
  remove(document: object | readonly object[]): void;
  find(query?: object): Record<string, unknown>[];
}
type Database = LokiDatabase & { getCollection(name: string): Collection | null };
type DatabaseClass = new (name: string, options: object) => Database;

const Loki = createRequire(createRequire(import.meta.url).resolve("azurite"))("lokijs") as DatabaseClass;
const inMemory = { persistenceMethod: "memory" };
const image = (database: LokiDatabase) => JSON.parse(database.serialize()) as SavedDatabase;
const onDisk = (changes: readonly Change[]) => JSON.parse(JSON.stringify(changes)) as Change[];

/** What can be seen of a database: its collections, their documents in order, and the highest id. */
function content(database: SavedDatabase) {
  return [...database.collections]
    .map(({ name, data, maxId }) => ({ name, data, maxId }))
    .sort((one, other) => (one.name < other.name ? -1 : 1));
}

const step = fc.oneof(
  fc.record({ act: fc.constant("insert"), in: fc.nat(2), key: fc.nat(5), length: fc.nat(3) }),
  fc.record({
    act: fc.constantFrom("change", "append", "remove", "removeAll"),
    in: fc.nat(2),
    key: fc.nat(5),
  }),
  fc.record({ act: fc.constantFrom("drop", "add"), in: fc.nat(2) }),
);
type Step = Readonly<{ act: string; in: number; key?: number; length?: number }>;

function take(database: Database, { act, in: index, key = 0, length = 0 }: Step): void {
  const name = `c${index}`;
  if (act === "drop") return database.removeCollection(name);
  if (act === "add") return void database.addCollection(name, { indices: ["key"] });
  const collection = database.getCollection(name);
  if (collection === null) return;
  const blocks = Array.from({ length }, (_, block) => ({ block }));
  if (act === "insert") return void collection.insert({ key, committedBlocksInOrder: blocks });
  if (act === "removeAll") return collection.remove(collection.find({ key }));
  const [document] = collection.find({ key });
  if (document === undefined) return;
  if (act === "remove") return collection.remove(document);
  if (act === "append") (document.committedBlocksInOrder as object[]).push({ block: "more" });
  else document.changed = Number(document.changed ?? 0) + 1;
  collection.update(document);
}

describe("changes of a database", () => {
  it("make the same database of any snapshot that is not older than the first of them", () =>
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 40 }),
        fc.nat(40),
        fc.integer({ min: 1, max: 5 }),
        (steps, at, every) => {
          const database = new Loki("d", inMemory);
          database.addCollection("c0", { indices: ["key"] });
          const snapshots = [image(database)];
          const log = recordChanges(database);
          const changes: Change[] = [];
          steps.forEach((one, index) => {
            take(database, one);
            if (index % every === 0) changes.push(...onDisk(log.take()));
            if (index === at) snapshots.push(image(database));
          });
          changes.push(...onDisk(log.take()));
          expect(log.isEmpty).toBe(true);
          for (const snapshot of snapshots) {
            applyChanges(snapshot, changes);
            const highest = (found: SavedDatabase) =>
              content(found).map(({ name, data }) => ({ name, data }));
            expect(highest(snapshot)).toEqual(highest(image(database)));
            for (const { data, maxId } of snapshot.collections)
              expect(data.every(({ $loki }) => $loki <= maxId)).toBe(true);
          }
        },
      ),
    ));

  it("hold of a list that grows at its end what was added", () => {
    const database = new Loki("d", inMemory);
    const blobs = database.addCollection("blobs") as unknown as Collection;
    const log = recordChanges(database);
    const document = { committedBlocksInOrder: Array.from({ length: 10_000 }, (_, block) => ({ block })) };
    blobs.insert(document);
    const whole = JSON.stringify(log.take()).length;
    document.committedBlocksInOrder.push({ block: 10_000 });
    blobs.update(document);
    const added = log.take();
    expect(added).toMatchObject([{ kind: "put", grown: { from: 10_000, items: [{ block: 10_000 }] } }]);
    expect(JSON.stringify(added).length).toBeLessThan(whole / 100);
  });
});
