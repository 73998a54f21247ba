// What disk and storage were when last known equal, kept in one file beside the container's folder, so that after a
// restart a file that is missing on one side can be told from a file that is new on the other. A line a change, so that what
// is saved at the end of a job grows with what the job did and not with what the container holds. The file may lag behind by
// a moment when the process is killed: what is missing in it only makes the sync compare contents once more.
import { appendFile, mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { z } from "zod";
import type { KnownState } from "./sync-decision.ts";

/** A name alone: it is known no more. */
const Line = z.union([
  z.tuple([z.string(), z.enum(["file", "directory"]), z.string(), z.string()]),
  z.tuple([z.string()]),
]);

export interface KnownStates {
  get(name: string): KnownState | undefined;
  set(name: string, state: KnownState): void;
  delete(name: string): void;
  names(): Iterable<string>;
  /** Writes what changed since the last time. */
  save(): Promise<void>;
}

/** A file with this many lines more than it needs is written anew. */
const slackLines = 1_000;

export async function openKnownStates(file: string): Promise<KnownStates> {
  const { states, lines: found } = await read(file);
  let lines = found;
  const changed = new Set<string>();
  let saving: Promise<void> = Promise.resolve();
  const lineOf = (name: string): string => {
    const state = states.get(name);
    return `${JSON.stringify(state === undefined ? [name] : [name, state.kind, state.stamp, state.etag])}\n`;
  };
  const write = async (names: readonly string[]): Promise<void> => {
    await mkdir(dirname(file), { recursive: true });
    if (lines + names.length > 2 * states.size + slackLines) {
      const all = [...states.keys()];
      await replace(file, all.map(lineOf).join(""));
      lines = all.length;
    } else {
      await appendFile(file, names.map(lineOf).join(""), { mode: 0o600 });
      lines += names.length;
    }
  };
  return {
    get: (name) => states.get(name),
    set(name, state) {
      states.set(name, state);
      changed.add(name);
    },
    delete(name) {
      if (states.delete(name)) changed.add(name);
    },
    names: () => [...states.keys()],
    save() {
      saving = saving
        .catch(() => {})
        .then(async () => {
          const names = [...changed];
          if (names.length === 0) return;
          changed.clear();
          await write(names).catch((error: unknown) => {
            for (const name of names) changed.add(name);
            lines = Number.POSITIVE_INFINITY; // a line may be torn: all of it once more
            throw error;
          });
        });
      return saving;
    },
  };
}

/** What cannot be read is as good as not there: those contents get compared. */
async function read(
  file: string,
): Promise<{ readonly states: Map<string, KnownState>; readonly lines: number }> {
  const states = new Map<string, KnownState>();
  const text = await readFile(file, "utf8").catch(() => "");
  const lines = text.split("\n");
  let whole = lines.pop() === "";
  for (const line of lines) {
    const change = parse(line);
    if (change === undefined) whole = false;
    else if (change.length === 1) states.delete(change[0]);
    else states.set(change[0], { kind: change[1], stamp: change[2], etag: change[3] });
  }
  // Nothing may be written behind a line that is torn.
  return { states, lines: whole || text === "" ? lines.length : Number.POSITIVE_INFINITY };
}

function parse(line: string): z.infer<typeof Line> | undefined {
  try {
    return Line.parse(JSON.parse(line));
  } catch {
    return undefined;
  }
}

async function replace(file: string, text: string): Promise<void> {
  const draft = `${file}.${process.pid}.tmp`;
  await writeFile(draft, text, { mode: 0o600 });
  await rename(draft, file);
}
