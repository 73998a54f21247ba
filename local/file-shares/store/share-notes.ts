// What Azure Files keeps with a share, directory or file and a plain folder cannot: metadata, content headers, quota.
// One JSON file per share beside its folder. Invariant: a change is on disk before it is acknowledged, written whole.
// A note belongs to one inode, so that a file which a job puts in the place of another does not inherit its note.
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { z } from "zod";

const Note = z.object({
  inode: z.string(),
  metadata: z.record(z.string(), z.string()).optional(),
  headers: z.record(z.string(), z.string()).optional(),
  quotaGiB: z.number().optional(),
});
export type Note = z.infer<typeof Note>;
const NoteFile = z.record(z.string(), Note);

export interface ShareNotes {
  /** `path`: "" for the share itself, else relative with `/`. */
  read(path: string, inode: string): Promise<Note | undefined>;
  write(path: string, note: Note): Promise<void>;
  /** Forgets the path and everything below it. */
  forget(path: string): Promise<void>;
  /** Forgets everything: the share is gone. */
  clear(): Promise<void>;
  /** Carries the notes of a path and everything below it to another name. */
  move(from: string, to: string): Promise<void>;
}

export function openShareNotes(file: string): ShareNotes {
  let loaded: Promise<Map<string, Note>> | undefined;
  let writing: Promise<void> = Promise.resolve();
  let queued: Promise<void> | undefined;
  const notes = () => (loaded ??= load(file));
  const save = () => {
    queued ??= writing = writing
      .catch(() => {})
      .then(async () => {
        queued = undefined;
        await store(file, await notes());
      });
    return queued;
  };
  const below = (all: Map<string, Note>, path: string) =>
    [...all.keys()].filter((key) => key === path || (key !== "" && key.startsWith(`${path}/`)));
  return {
    async read(path, inode) {
      const note = (await notes()).get(path);
      return note?.inode === inode ? note : undefined;
    },
    async write(path, note) {
      (await notes()).set(path, note);
      await save();
    },
    async forget(path) {
      const all = await notes();
      const doomed = below(all, path);
      if (doomed.length === 0) return;
      for (const key of doomed) all.delete(key);
      await save();
    },
    async clear() {
      (await notes()).clear();
      await save();
    },
    async move(from, to) {
      const all = await notes();
      const moved = below(all, from);
      if (moved.length === 0) return;
      for (const key of moved) {
        const note = all.get(key);
        all.delete(key);
        if (note !== undefined) all.set(to + key.slice(from.length), note);
      }
      await save();
    },
  };
}

async function load(file: string): Promise<Map<string, Note>> {
  const text = await readFile(file, "utf8").catch(() => "{}");
  return new Map(Object.entries(NoteFile.parse(JSON.parse(text))));
}

async function store(file: string, notes: Map<string, Note>): Promise<void> {
  if (notes.size === 0) return rm(file, { force: true });
  const draft = `${file}.${process.pid}.tmp`;
  await writeFile(draft, JSON.stringify(Object.fromEntries(notes)), { mode: 0o600 });
  await rename(draft, file);
}
