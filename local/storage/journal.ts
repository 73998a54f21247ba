// Makes changes of Azurite's databases last before anybody is told of them. All changes that wait go to disk together, as one
// entry of the journal; when the journal has grown by as much as the databases are large, they are saved whole and it begins
// anew. Invariants: what `commit` waited for survives the end of all processes and of the machine; entries hold whole
// transactions; a failure is final, because memory is ahead of the disk from then on.
import { createJournalFile, removeJournalFile } from "./journal-file.ts";
import type { JournalFile } from "./journal-file.ts";
import type { Change } from "./loki-changes.ts";

/** A database as the journal sees it. */
export interface JournaledDatabase {
  readonly name: string;
  readonly hasChanged: boolean;
  take(): Change[];
  /** Writes the database whole; resolves to its size in bytes. Its content is of the moment of the call. */
  save(): Promise<number>;
}

export type JournalEntry = Readonly<Record<string, readonly Change[]>>;

export interface Journal {
  /** Undefined when all changes are on disk; otherwise resolves when those are that were made until now. */
  commit(): Promise<void> | undefined;
  /** Nothing goes to disk from `hold` until as many `release`. */
  hold(): void;
  release(): void;
  /** The files of earlier starts go: all databases were saved after they were loaded with what these hold. */
  dropOlder(): Promise<void>;
  /** Writes everything whole and leaves no journal behind. Rejects when that failed; the journal stays then. */
  close(): Promise<void>;
}

export interface JournalOptions {
  readonly folder: string;
  readonly databases: readonly JournaledDatabase[];
  /** Of the first file. */
  readonly number: number;
  /** Files of earlier starts. */
  readonly older: readonly number[];
  /** Told once, when something could not be written that was to be acknowledged. */
  readonly onFailure: (error: Error) => void;
  /** Told when databases could not be saved whole; nothing is lost by that. */
  readonly onComplaint: (error: Error) => void;
  readonly leastBytes?: number;
  readonly createFile?: typeof createJournalFile;
}

const leastBytesBetweenSaves = 16 * 1024 * 1024;

/** Opens the journal with a first file of its own. */
export async function openJournal(options: JournalOptions): Promise<Journal> {
  const createFile = options.createFile ?? createJournalFile;
  const first = await createFile(options.folder, options.number);
  return new GroupJournal(options, first, createFile);
}

interface Round {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

function createRound(): Round {
  let ends: Pick<Round, "resolve" | "reject"> | undefined;
  const promise = new Promise<void>((resolve, reject) => (ends = { resolve, reject }));
  promise.catch(() => {}); // whoever waits is told; nobody may be waiting
  return { promise, ...(ends as unknown as Pick<Round, "resolve" | "reject">) };
}

class GroupJournal implements Journal {
  readonly #options: JournalOptions;
  readonly #createFile: typeof createJournalFile;
  #file: JournalFile;
  /** Files whose changes are not in all saved databases yet. */
  #older: number[];
  #waiting: Round | undefined;
  #writing: Round | undefined;
  #writer: Promise<void> = Promise.resolve();
  #saving: Promise<void> | undefined;
  #failure: Error | undefined;
  #holders = 0;
  #released: (() => void)[] = [];
  #limit: number;

  constructor(options: JournalOptions, file: JournalFile, createFile: typeof createJournalFile) {
    this.#options = options;
    this.#file = file;
    this.#createFile = createFile;
    this.#older = [...options.older];
    this.#limit = this.#leastBytes;
  }

  get #leastBytes() {
    return this.#options.leastBytes ?? leastBytesBetweenSaves;
  }

  commit(): Promise<void> | undefined {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    if (!this.#options.databases.some(({ hasChanged }) => hasChanged))
      return (this.#waiting ?? this.#writing)?.promise;
    const round = (this.#waiting ??= createRound());
    this.#wake();
    return round.promise;
  }

  hold(): void {
    this.#holders += 1;
  }

  release(): void {
    this.#holders -= 1;
    if (this.#holders > 0) return;
    for (const go of this.#released.splice(0)) go();
    this.#wake();
  }

  async dropOlder(): Promise<void> {
    await this.#drop(this.#options.older);
  }

  async close(): Promise<void> {
    try {
      await this.commit();
      await this.#writer;
      await this.#saving;
      await this.#saveAll([...this.#older, this.#file.number]);
    } finally {
      await this.#file.close();
    }
  }

  #wake(): void {
    if (this.#writing === undefined) this.#writer = this.#write();
  }

  /** Writes what waits, round after round; everything that comes while one is written is in the next. */
  async #write(): Promise<void> {
    while (this.#waiting !== undefined && this.#holders === 0 && this.#failure === undefined) {
      const round = this.#waiting;
      this.#waiting = undefined;
      this.#writing = round;
      try {
        await this.#file.append(this.#changes());
        round.resolve();
      } catch (error) {
        this.#fail(error as Error, round);
        break;
      }
      if (this.#file.bytes > this.#limit && this.#saving === undefined) await this.#beginAnew();
    }
    this.#writing = undefined;
  }

  #changes(): JournalEntry {
    const changed = this.#options.databases.filter(({ hasChanged }) => hasChanged);
    return Object.fromEntries(changed.map((database) => [database.name, database.take()]));
  }

  #fail(error: Error, round: Round): void {
    this.#failure = error;
    round.reject(error);
    this.#waiting?.reject(error);
    this.#options.onFailure(error);
  }

  /** The next file is begun first, so that the saved databases are of a later moment than the last change before it. */
  async #beginAnew(): Promise<void> {
    try {
      const next = await this.#createFile(this.#options.folder, this.#file.number + 1);
      await this.#file.close();
      this.#older.push(this.#file.number);
      this.#file = next;
      const saved = this.#saveAll([...this.#older]);
      this.#saving = saved
        .catch((error: unknown) => this.#complain(error as Error))
        .finally(() => (this.#saving = undefined));
    } catch (error) {
      this.#complain(error as Error);
    }
  }

  async #saveAll(covered: readonly number[]): Promise<void> {
    let size = 0;
    for (const database of this.#options.databases) {
      while (this.#holders > 0) await new Promise<void>((go) => this.#released.push(go));
      size += await database.save();
    }
    await this.#drop(covered);
    this.#limit = Math.max(this.#leastBytes, size);
  }

  async #drop(numbers: readonly number[]): Promise<void> {
    await Promise.all(numbers.map((number) => removeJournalFile(this.#options.folder, number)));
    this.#older = this.#older.filter((number) => !numbers.includes(number));
  }

  /** Tries again when the journal has become as long once more. */
  #complain(error: Error): void {
    this.#limit = this.#file.bytes + this.#leastBytes;
    this.#options.onComplaint(error);
  }
}
