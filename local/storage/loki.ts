// What is used of LokiJS, the database that Azurite keeps in memory. Only shapes; no behaviour.

export interface LokiDocument {
  readonly $loki: number;
  readonly [member: string]: unknown;
}

export interface LokiCollection {
  readonly name: string;
  /** Ids of the documents that were inserted, changed or removed; noted while `isIncremental` is set. */
  dirtyIds: number[];
  isIncremental: boolean;
  get(id: number): LokiDocument | null;
  ensureAllIndexes(force: boolean): void;
}

/** A collection as its file shows it; what is not named here is carried along. */
export interface SavedCollection {
  readonly name: string;
  data: LokiDocument[];
  maxId: number;
  dirtyIds?: number[];
}

/** A database as its file shows it. */
export interface SavedDatabase {
  collections: SavedCollection[];
}

export interface LokiDatabase {
  readonly filename: string;
  autosave: boolean;
  readonly collections: LokiCollection[];
  persistenceAdapter: LokiAdapter | null;
  addCollection(name: string, options?: object): LokiCollection;
  removeCollection(name: string): void;
  loadDatabase(options: object, done: (error?: unknown) => void): void;
  saveDatabase(done: (error?: Error | null) => void): void;
  autosaveDisable(): void;
  serialize(): string;
  serializeReplacer(key: string, value: unknown): unknown;
}

export interface LokiAdapter {
  /** Gives a database, `null` when there is none, or an Error. */
  loadDatabase(file: string, done: (found: SavedDatabase | Error | null) => void): void;
  saveDatabase(file: string, text: string, done: (error?: Error | null) => void): void;
}
