// When Azurite's databases (LokiJS) go to disk: whole, on a timer, and at the end. Loki counts a database as saved when a
// save begins, and its `close` returns at once from then on: a process that ended there would take what was acknowledged
// since the save before with it. Invariant: after `saved` resolved, everything that was written before it is on disk.

/** What is used of a Loki database. */
export interface LokiDatabase {
  readonly autosave: boolean;
  autosaveInterval: number;
  autosaveDisable(): void;
  autosaveEnable(): void;
  autosaveDirty(): boolean;
  saveDatabase(done: (error?: Error | null) => void): void;
  throttledSaveDrain(done: (drained: boolean) => void): void;
}

/** Azurite's own 5 s is much to lose if its process itself is killed. */
const saveIntervalMs = 1_000;

/** The databases of a server that are kept in files; none when it keeps everything in memory. */
export function savedDatabases(server: object): readonly LokiDatabase[] {
  const stores = server as Readonly<Record<string, { db?: LokiDatabase } | undefined>>;
  return ["metadataStore", "extentMetadataStore"].flatMap((name) => {
    const database = stores[name]?.db;
    return database?.autosave === true ? [database] : [];
  });
}

export function saveOften(database: LokiDatabase): void {
  database.autosaveDisable();
  database.autosaveInterval = saveIntervalMs;
  database.autosaveEnable();
}

/** Rejects when a file could not be written. */
export async function saved(database: LokiDatabase): Promise<void> {
  if (database.autosaveDirty())
    await new Promise<void>((resolve, reject) =>
      database.saveDatabase((error) => (error == null ? resolve() : reject(error))),
    );
  await new Promise((resolve) => database.throttledSaveDrain(resolve));
}
