// What Azure Files keeps with a share, directory or file and a plain folder cannot: metadata, content headers, quota.
// One journal per share beside its folder: a change is a line at its end, so that its cost does not grow with the share.
// Invariant: a change is on disk before it is acknowledged; a line that a crash tore is as if it had not been asked for.
// A note belongs to one inode, so that a file which a job puts in the place of another does not inherit its note.
import { appendFile, readFile, rename, rm, writeFile } from "node:fs/promises";
import { z } from "zod";

const PathMetadata = z.object({
  inode: z.string(),
  metadata: z.record(z.string(), z.string()).optional(),
  headers: z.record(z.string(), z.string()).optional(),
  quotaGiB: z.number().optional(),
  /** Of a share: absent = SMB. */
  protocol: z.literal("NFS").optional(),
});
export type PathMetadata = z.infer<typeof PathMetadata>;

/** One line of the journal. */
const Change = z.union([
  z.object({ write: z.string(), note: PathMetadata }),
  z.object({ forget: z.string() }),
  z.object({ move: z.string(), to: z.string() }),
]);
type Change = z.infer<typeof Change>;

export interface ShareMetadata {
  /** `path`: "" for the share itself, else relative with `/`. */
  read(path: string, inode: string): Promise<PathMetadata | undefined>;
  write(path: string, note: PathMetadata): Promise<void>;
  /** Forgets the path. What lies below it belongs to inodes that are gone. */
  forget(path: string): Promise<void>;
  /** Forgets everything: the share is gone. */
  clear(): Promise<void>;
  /** Carries the notes of a path and everything below it to another name. */
  move(from: string, to: string): Promise<void>;
}

/** A journal with this many lines more than notes is written anew. */
const slackLines = 1000;

export function openShareMetadata(file: string): ShareMetadata {
  let loaded: Promise<Journal> | undefined;
  let waiting: string[] = [];
  let writing: Promise<void> = Promise.resolve();
  let queued: Promise<void> | undefined;
  const journal = () => (loaded ??= load(file));

  async function flush(): Promise<void> {
    queued = undefined;
    const lines = waiting;
    waiting = [];
    const open = await journal();
    if (open.notes.size === 0) {
      open.lines = 0;
      return rm(file, { force: true });
    }
    if (open.lines > 2 * open.notes.size + slackLines) return rewrite(file, open);
    await appendFile(file, lines.join(""), { mode: 0o600 }).catch((error: unknown) => {
      open.lines = Infinity; // what could not be appended is written with the next change
      throw error;
    });
  }
  const keep = async (change: Change): Promise<void> => {
    const open = await journal();
    apply(open, change);
    waiting.push(`${JSON.stringify(change)}\n`);
    queued ??= writing = writing.catch(() => {}).then(flush);
    return queued;
  };
  return {
    async read(path, inode) {
      const note = (await journal()).notes.get(path);
      return note?.inode === inode ? note : undefined;
    },
    write: (path, note) => keep({ write: path, note }),
    async forget(path) {
      if ((await journal()).notes.has(path)) await keep({ forget: path });
    },
    async clear() {
      await writing.catch(() => {});
      loaded = Promise.resolve({ notes: new Map(), lines: 0 });
      await rm(file, { force: true });
    },
    async move(from, to) {
      const { notes } = await journal();
      if (below(notes, from).length > 0) await keep({ move: from, to });
    },
  };
}

interface Journal {
  readonly notes: Map<string, PathMetadata>;
  lines: number;
}

function below(notes: ReadonlyMap<string, PathMetadata>, path: string): string[] {
  return [...notes.keys()].filter((key) => key === path || (key !== "" && key.startsWith(`${path}/`)));
}

function apply(journal: Journal, change: Change): void {
  const { notes } = journal;
  journal.lines += 1;
  if ("write" in change) notes.set(change.write, change.note);
  else if ("forget" in change) notes.delete(change.forget);
  else
    for (const key of below(notes, change.move)) {
      const note = notes.get(key);
      notes.delete(key);
      if (note !== undefined) notes.set(change.to + key.slice(change.move.length), note);
    }
}

async function load(file: string): Promise<Journal> {
  const journal: Journal = { notes: new Map(), lines: 0 };
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "";
    throw error;
  });
  const lines = text.split("\n");
  const torn = lines.pop();
  for (const line of lines) apply(journal, Change.parse(JSON.parse(line)));
  // What is appended next must not continue the torn line.
  if (torn !== "") await rewrite(file, journal);
  return journal;
}

async function rewrite(file: string, journal: Journal): Promise<void> {
  const changes = [...journal.notes].map(([write, note]): Change => ({ write, note }));
  const draft = `${file}.${process.pid}.tmp`;
  await writeFile(draft, changes.map((change) => `${JSON.stringify(change)}\n`).join(""), { mode: 0o600 });
  await rename(draft, file);
  journal.lines = journal.notes.size;
}
