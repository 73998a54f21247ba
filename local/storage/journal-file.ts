// The journal on disk: files of one line per entry, each with its checksum, numbered in the order in which they were begun.
// Invariant: an entry whose `append` resolved is on the disk itself, whole; an entry is read whole or not at all.
import { type FileHandle, open, readFile, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { crc32 } from "node:zlib";

const name = /^journal-(\d{8})\.log$/;

export interface JournalFile {
  readonly number: number;
  readonly bytes: number;
  append(entry: object): Promise<void>;
  close(): Promise<void>;
}

/** Numbers of the files that are there, the oldest first. */
export async function journalNumbers(folder: string): Promise<number[]> {
  const found = (await readdir(folder)).flatMap((file) => name.exec(file)?.[1] ?? []);
  return found.map(Number).sort((one, other) => one - other);
}

export async function createJournalFile(folder: string, number: number): Promise<JournalFile> {
  const file = await open(pathOf(folder, number), "wx", 0o600);
  await syncFolder(folder);
  return journalFile(file, number);
}

function journalFile(file: FileHandle, number: number): JournalFile {
  let bytes = 0;
  return {
    number,
    get bytes() {
      return bytes;
    },
    async append(entry) {
      const text = JSON.stringify(entry);
      const line = Buffer.from(`${checksum(text)} ${text}\n`);
      await file.appendFile(line);
      await file.datasync();
      bytes += line.length;
    },
    close: () => file.close(),
  };
}

export function removeJournalFile(folder: string, number: number): Promise<void> {
  return rm(pathOf(folder, number), { force: true });
}

/** The entries of a file. One that was cut off at its end was never acknowledged; a damaged one before others was. */
export async function readJournalFile(folder: string, number: number): Promise<object[]> {
  const path = pathOf(folder, number);
  const content = await readFile(path);
  const entries: object[] = [];
  let damaged = false;
  for (let from = 0; from < content.length;) {
    const newline = content.indexOf(10, from);
    const to = newline === -1 ? content.length : newline;
    const entry = newline === -1 ? undefined : parse(content.toString("utf8", from, to));
    if (entry !== undefined && damaged)
      throw new Error(
        `The journal ${path} is damaged in its middle. Restore the folder from a copy, or start with --fresh, which forgets what it holds.`,
      );
    if (entry === undefined) damaged = true;
    else entries.push(entry);
    from = to + 1;
  }
  return entries;
}

function parse(line: string): object | undefined {
  const text = line.slice(9);
  return line.startsWith(`${checksum(text)} `) ? (JSON.parse(text) as object) : undefined;
}

const checksum = (text: string) => crc32(text).toString(16).padStart(8, "0");
const pathOf = (folder: string, number: number) =>
  join(folder, `journal-${String(number).padStart(8, "0")}.log`);

/** Makes names that were made or changed in a folder last. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
