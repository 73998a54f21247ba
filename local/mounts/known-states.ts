// What disk and storage were when last known equal, kept in one file beside the container's folder, so that after a
// restart a file that is missing on one side can be told from a file that is new on the other. The file may lag behind
// by a moment when the process is killed: what is missing in it only makes the sync compare contents once more.
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { z } from "zod";
import type { KnownState } from "./sync-decision.ts";

const Row = z.tuple([z.string(), z.enum(["file", "directory"]), z.string(), z.string()]);
const KnownFile = z.object({ version: z.literal(1), rows: z.array(Row) });

export interface KnownStates {
  get(name: string): KnownState | undefined;
  set(name: string, state: KnownState): void;
  delete(name: string): void;
  names(): Iterable<string>;
  /** Writes the file when something changed since the last time. */
  save(): Promise<void>;
}

export async function openKnownStates(file: string): Promise<KnownStates> {
  const states = new Map<string, KnownState>();
  for (const [name, kind, stamp, etag] of await read(file)) states.set(name, { kind, stamp, etag });
  let changed = false;
  let saving: Promise<void> = Promise.resolve();
  return {
    get: (name) => states.get(name),
    set(name, state) {
      states.set(name, state);
      changed = true;
    },
    delete(name) {
      changed = states.delete(name) || changed;
    },
    names: () => [...states.keys()],
    save() {
      saving = saving
        .catch(() => {})
        .then(async () => {
          if (!changed) return;
          changed = false;
          const rows = [...states].map(([name, { kind, stamp, etag }]) => [name, kind, stamp, etag]);
          await write(file, JSON.stringify({ version: 1, rows })).catch((error: unknown) => {
            changed = true;
            throw error;
          });
        });
      return saving;
    },
  };
}

/** An unreadable file is as good as none: the contents get compared. */
async function read(file: string): Promise<z.infer<typeof Row>[]> {
  const text = await readFile(file, "utf8").catch(() => "");
  try {
    return KnownFile.parse(JSON.parse(text)).rows;
  } catch {
    return [];
  }
}

async function write(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const draft = `${file}.${process.pid}.tmp`;
  await writeFile(draft, text, { mode: 0o600 });
  await rename(draft, file);
}
