// A journal that keeps specifications with passwords and keys out of its database: a database keeps what was deleted in
// free pages and in its log. Each such text is a file of its own, readable by its owner alone and gone with its row. A
// version is a new file, referred to by its row, so that a kill at any point leaves the row and its text in step.
import { mkdirSync, readdirSync, readFileSync, renameSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Change, Journal, StoredRow } from "./journal.ts";

/** Members that Azure Batch takes and never answers. */
const writeOnly = /"(?:password|accountKey|sasKey|sshPrivateKey|protectedSettings)":/;
const reference = /^\{"apart":"(\d+-\d+)"\}$/;

export function secretsApart(journal: Journal, folder: string): Journal {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  /** The files of each row; more than one only after a kill. */
  const files = new Map<number, string[]>();
  for (const name of readdirSync(folder)) {
    const row = Number.parseInt(name, 10);
    if (/^\d+-\d+$/.test(name)) files.set(row, [...(files.get(row) ?? []), name]);
    else unlinkSync(join(folder, name)); // a draft
  }
  const keepOnly = (row: number, name: string | undefined) => {
    for (const file of files.get(row) ?? []) if (file !== name) unlinkSync(join(folder, file));
    if (name === undefined) files.delete(row);
    else files.set(row, [name]);
  };
  const write = (row: number, text: string): string => {
    const known = files.get(row) ?? [];
    const version = Math.max(0, ...known.map((name) => Number(name.split("-")[1]))) + 1;
    const name = `${row}-${version}`;
    writeFileSync(join(folder, `${name}.new`), text, { mode: 0o600 });
    renameSync(join(folder, `${name}.new`), join(folder, name));
    files.set(row, [...known, name]);
    return name;
  };
  return {
    ...journal,
    *load() {
      const unseen = new Set(files.keys());
      for (const stored of journal.load()) {
        const name = reference.exec(stored.spec)?.[1];
        keepOnly(stored.row, name);
        unseen.delete(stored.row);
        yield name === undefined ? stored : { ...stored, spec: read(folder, name) };
      }
      for (const row of unseen) keepOnly(row, undefined);
    },
    apply(changes, removed) {
      const current = new Map<number, string | undefined>();
      const applied: Change[] = [];
      for (const change of changes) {
        const { row, spec } = change;
        const name = spec !== undefined && writeOnly.test(spec) ? write(row, spec) : undefined;
        if (spec !== undefined) current.set(row, name);
        applied.push(name === undefined ? change : { ...change, spec: JSON.stringify({ apart: name }) });
      }
      journal.apply(applied, removed);
      for (const [row, name] of current) keepOnly(row, name);
      for (const row of removed) keepOnly(row, undefined);
    },
  };
}

function read(folder: string, name: string): StoredRow["spec"] {
  try {
    return readFileSync(join(folder, name), "utf8");
  } catch (cause) {
    throw new Error(
      `the Batch emulator's file ${join(folder, name)} cannot be read; put it back, or start with a fresh data folder`,
      { cause },
    );
  }
}
