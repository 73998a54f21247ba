// Azurite's databases as whole files, in the form that Loki itself reads and writes. Invariants: a file is replaced only by a
// newer one that is completely on the disk; what cannot be read is told, never taken for an empty database.
import { access, open, readFile, rename, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { syncFolder } from "./journal-file.ts";
import type { LokiAdapter, LokiDatabase, SavedDatabase } from "./loki.ts";
import { applyChanges } from "./loki-changes.ts";
import type { Change } from "./loki-changes.ts";

/** A file that is missing where it must be, as well as an empty one, would start an empty database without a word. */
export function refuseMissing(file: string): Promise<void> {
  return access(file).catch(() => {
    throw unreadable(file, "is missing");
  });
}

/** Replaces how a database is loaded and saved: never by a timer, and with the changes that the journal has for it. */
export function keepSnapshots(database: LokiDatabase, changes: readonly Change[]): void {
  database.autosaveDisable();
  database.autosave = false;
  database.persistenceAdapter = adapter(changes);
  database.serialize = () => serialize(database);
  const loadDatabase = database.loadDatabase.bind(database);
  database.loadDatabase = (options, done) =>
    loadDatabase(options, (error) => {
      for (const collection of changes.length > 0 ? database.collections : [])
        collection.ensureAllIndexes(true);
      done(error);
    });
}

function adapter(changes: readonly Change[]): LokiAdapter {
  return {
    loadDatabase(file, done) {
      read(file, changes).then(done, (error: unknown) => done(error as Error));
    },
    saveDatabase(file, text, done) {
      write(file, text).then(() => done(null), done);
    },
  };
}

async function read(file: string, changes: readonly Change[]): Promise<SavedDatabase> {
  const database = parse(file, await readFile(file, "utf8"));
  applyChanges(database, changes);
  for (const collection of database.collections) collection.dirtyIds = [];
  return database;
}

function parse(file: string, text: string): SavedDatabase {
  try {
    const database = JSON.parse(text) as Partial<SavedDatabase> | null;
    if (Array.isArray(database?.collections)) return database as SavedDatabase;
  } catch {
    // told below
  }
  throw unreadable(file, text.trim() === "" ? "is empty" : "is damaged");
}

function unreadable(file: string, what: string): Error {
  return new Error(
    `The storage file ${file} ${what}. Restore the folder from a copy, or start with --fresh, which forgets what it holds.`,
  );
}

async function write(file: string, text: string): Promise<void> {
  const unfinished = `${file}~`;
  const handle = await open(unfinished, "w", 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(unfinished, file);
  await syncFolder(dirname(file));
}

const ofLokiItself = new Set(["autosaveHandle", "persistenceAdapter", "constraints", "ttl"]);

/** Loki leaves members of some names out wherever they are; a row may have a property `ttl`, and keeps it. */
function serialize(database: LokiDatabase): string {
  const collections = new Set<unknown>([database, ...database.collections]);
  return JSON.stringify(database, function (this: unknown, key, value: unknown) {
    return ofLokiItself.has(key) && !collections.has(this) ? value : database.serializeReplacer(key, value);
  });
}

/** Resolves to the size in bytes. What is saved is of the moment of the call. */
export async function saveSnapshot(database: LokiDatabase): Promise<number> {
  await new Promise<void>((resolve, reject) =>
    database.saveDatabase((error) => (error == null ? resolve() : reject(error))),
  );
  return (await stat(database.filename)).size;
}
