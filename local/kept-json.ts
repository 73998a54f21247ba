// Small JSON files that one start leaves for the next: keys, names, ports. Invariants: a file is replaced as a whole, on the disk
// before it has its name, so that no end of the machine leaves half of one; readable by the owner alone; one that is there but
// cannot be read is an error that names it, never a reason to make new keys.
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import type { z } from "zod";
import { StartError } from "./start-error.ts";

/**
 * Undefined when there is no such file. Throws StartError, one sentence with the file's path, when it is not `what`, as "an identity
 * file" (`schema` says what that is).
 */
export function readKeptJson<S extends z.ZodType>(
  file: string,
  what: string,
  schema: S,
): z.infer<S> | undefined {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new StartError(`${file} cannot be read: ${(cause as Error).message}.`, cause);
  }
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    // What is in the file are secrets: nothing of it is repeated.
    throw new StartError(
      `${file} is not ${what}${text.trim() === "" ? " (it is empty)" : ""}: put it back from a copy, or move it away to have a new one made.`,
      cause,
    );
  }
}

export function writeKeptJson(file: string, content: unknown): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.${process.pid}.new`;
  const descriptor = openSync(draft, "w", 0o600);
  try {
    writeSync(descriptor, JSON.stringify(content, undefined, 2));
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameSync(draft, file);
}
