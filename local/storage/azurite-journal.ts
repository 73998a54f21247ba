// Puts the journal between Azurite and its clients: its databases are loaded with what the journal has for them, transactions
// reach it whole, and no answer leaves before what it tells is on disk. The only file that knows where Azurite keeps things.
// Why it is so: docs/adr/0020-storage-acknowledges-what-is-on-disk.md
import { access, writeFile } from "node:fs/promises";
import type { Server } from "node:http";
import { basename, join } from "node:path";
import { answerAfterCommit } from "./answer-after-commit.ts";
import { journalNumbers, readJournalFile } from "./journal-file.ts";
import { openJournal } from "./journal.ts";
import type { Journal, JournalEntry, JournaledDatabase, JournalOptions } from "./journal.ts";
import type { LokiDatabase } from "./loki.ts";
import { recordChanges } from "./loki-changes.ts";
import type { Change, ChangeLog } from "./loki-changes.ts";
import { keepSnapshots, refuseMissing, saveSnapshot } from "./snapshots.ts";

/** What is used of an Azurite server that has not started yet. */
export interface JournaledServer {
  readonly httpServer: Server;
  readonly metadataStore: { readonly db: LokiDatabase } & Partial<Transactions>;
  readonly extentMetadataStore?: { readonly db: LokiDatabase };
  readonly extentStore?: { deleteExtents(ids: Iterable<string>): Promise<number> };
}
interface Transactions {
  beginBatchTransaction(id: string): Promise<void>;
  endBatchTransaction(account: string, table: string, id: string, ...more: unknown[]): Promise<void>;
}

export interface AzuriteJournal {
  /** To be called when all servers have started, which saves all databases. */
  started(): Promise<void>;
  /** To be called when all servers have closed. Rejects when something could not be saved. */
  close(): Promise<void>;
}

/** Lies in the folder from the moment on that it has all of its files. */
const completeFile = "complete";

export async function journalAzurite(
  servers: readonly JournaledServer[],
  options: Pick<JournalOptions, "folder" | "onFailure" | "onComplaint">,
): Promise<AzuriteJournal> {
  const { folder } = options;
  const databases = servers.flatMap(({ metadataStore, extentMetadataStore }) =>
    [metadataStore.db, extentMetadataStore?.db].filter((database) => database !== undefined),
  );
  const older = await journalNumbers(folder);
  const changes = await readJournal(folder, older);
  const isComplete = await exists(join(folder, completeFile));
  for (const { filename } of databases)
    if (isComplete || changes.has(basename(filename))) await refuseMissing(filename);
  const journal = await openJournal({
    ...options,
    databases: databases.map((database) =>
      journaled(database, changes.get(basename(database.filename)) ?? []),
    ),
    number: (older.at(-1) ?? 0) + 1,
    older,
  });
  for (const server of servers) connect(server, journal);
  return {
    started: async () => {
      await writeFile(join(folder, completeFile), "", { mode: 0o600 });
      await journal.dropOlder();
    },
    close: () => journal.close(),
  };
}

async function readJournal(folder: string, numbers: readonly number[]): Promise<Map<string, Change[]>> {
  const found = new Map<string, Change[]>();
  for (const number of numbers) {
    for (const entry of (await readJournalFile(folder, number)) as JournalEntry[]) {
      for (const [name, changes] of Object.entries(entry)) {
        const known = found.get(name) ?? [];
        for (const change of changes) known.push(change);
        found.set(name, known);
      }
    }
  }
  return found;
}

function journaled(database: LokiDatabase, changes: readonly Change[]): JournaledDatabase {
  keepSnapshots(database, changes);
  let log: ChangeLog | undefined;
  const saveDatabase = database.saveDatabase.bind(database);
  // Azurite saves a database when it has loaded it: from then on changes are the journal's.
  database.saveDatabase = (done) => {
    log ??= recordChanges(database);
    saveDatabase(done);
  };
  return {
    name: basename(database.filename),
    get hasChanged() {
      return log?.isEmpty === false;
    },
    take: () => log?.take() ?? [],
    save: () => saveSnapshot(database),
  };
}

function connect({ httpServer, metadataStore, extentStore }: JournaledServer, journal: Journal): void {
  answerAfterCommit(httpServer, () => journal.commit());
  holdTransactions(metadataStore, journal);
  if (extentStore === undefined) return;
  const deleteExtents = extentStore.deleteExtents.bind(extentStore);
  // Content goes after the removal of the blob that had it has become lasting.
  extentStore.deleteExtents = async (ids) => {
    await journal.commit();
    return deleteExtents(ids);
  };
}

function holdTransactions(store: JournaledServer["metadataStore"], journal: Journal): void {
  const { beginBatchTransaction: begin, endBatchTransaction: end } = store;
  if (begin === undefined || end === undefined) return;
  const open = new Set<string>();
  store.beginBatchTransaction = async (id) => {
    await begin.call(store, id);
    open.add(id);
    journal.hold();
  };
  store.endBatchTransaction = async (account, table, id, ...more) => {
    try {
      await end.call(store, account, table, id, ...more);
    } finally {
      if (open.delete(id)) journal.release();
    }
  };
}

function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
