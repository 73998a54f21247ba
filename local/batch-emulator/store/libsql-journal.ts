// The journal in a libsql file. WAL with synchronous=OFF: an acknowledged write is in the operating system's hands and
// survives kill -9 of the emulator; a power cut may lose the last moments, which a local emulator may.
import Database from "libsql";
import { StartError } from "../../start-error.ts";
import type { Change, Journal, StoredRow } from "./journal.ts";

const schemaVersion = 1;
/** Up to so many states are written by one statement, which is a transaction of its own: half the price of begin, single
 *  updates and commit. The end of a task and the start of the next on its slot are three. */
const mostAtOnce = 8;

export function openLibsqlJournal(file: string): Journal {
  const db = new Database(file);
  db.pragma("journal_mode = WAL");
  db.pragma("synchronous = OFF");
  db.exec(`
    CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS entity (
      row INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, spec TEXT NOT NULL, state TEXT NOT NULL);`);
  checkVersion(db, file);
  const insert = db.prepare("INSERT OR REPLACE INTO entity (row, kind, spec, state) VALUES (?, ?, ?, ?)");
  const update = db.prepare("UPDATE entity SET state = ? WHERE row = ?");
  const remove = db.prepare("DELETE FROM entity WHERE row = ?");
  const begin = db.prepare("BEGIN IMMEDIATE");
  const commit = db.prepare("COMMIT");
  const rollback = db.prepare("ROLLBACK");
  const updateAll = updates(db);
  return {
    *load() {
      const page = db.prepare(
        "SELECT row, kind, spec, state FROM entity WHERE row > ? ORDER BY row LIMIT 5000",
      );
      for (let last = -1; ;) {
        const rows = page.all(last) as StoredRow[];
        yield* rows;
        const end = rows.at(-1);
        if (end === undefined) return;
        last = end.row;
      }
    },
    highest() {
      const found = db.prepare("SELECT seq FROM sqlite_sequence WHERE name = 'entity'").get() as
        { seq: number } | undefined;
      return found?.seq ?? 0;
    },
    apply(changed: Iterable<Change>, removed: readonly number[]) {
      const changes = [...changed];
      if (changes.length === 0 && removed.length === 0) return;
      const areStates = removed.length === 0 && changes.every(({ spec }) => spec === undefined);
      if (areStates && changes.length <= mostAtOnce) return updateAll(changes);
      begin.run();
      try {
        for (const { row, kind, spec, state } of changes) {
          if (spec === undefined) update.run(state, row);
          else insert.run(row, kind, spec, state);
        }
        for (const row of removed) remove.run(row);
        commit.run();
      } catch (error) {
        rollback.run();
        throw error;
      }
    },
    close() {
      db.close();
    },
  };
}

/** Writes the states of a few rows in one statement; one is prepared for each number of rows. */
function updates(db: Database.Database): (changes: readonly Change[]) => void {
  const prepared = new Map<number, Database.Statement>();
  const statement = (count: number) => {
    const rows = Array.from({ length: count }, (_, index) => `?${2 * index + 1}`);
    const states = rows.map((row, index) => `WHEN ${row} THEN ?${2 * index + 2}`);
    const text = `UPDATE entity SET state = CASE row ${states.join(" ")} END WHERE row IN (${rows.join(", ")})`;
    return db.prepare(text);
  };
  return (changes) => {
    const known = prepared.get(changes.length) ?? statement(changes.length);
    prepared.set(changes.length, known);
    known.run(...changes.flatMap(({ row, state }) => [row, state]));
  };
}

function checkVersion(db: Database.Database, file: string): void {
  const found = db.prepare("SELECT value FROM meta WHERE name = 'schema'").get() as
    { value: string } | undefined;
  if (found === undefined)
    db.prepare("INSERT INTO meta (name, value) VALUES ('schema', ?)").run(String(schemaVersion));
  else if (found.value !== String(schemaVersion))
    throw new StartError(
      `The database ${file} was written by another version of the Batch emulator (schema ${found.value}). Use that version, or start with a fresh data folder.`,
    );
}
