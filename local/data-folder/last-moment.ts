// The last moment that a folder has seen, by its files. A start after the time of day was set back goes on from there: what was
// written is of the past, and what waits for a time waits no longer than it had to.
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";

/** Milliseconds since the epoch, of the newest file that lies directly in one of the folders; 0 when there is none. */
export function lastMoment(folders: readonly string[]): number {
  const files = folders.flatMap((folder) => namesIn(folder).map((name) => join(folder, name)));
  return Math.max(0, ...files.map(writtenMs));
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function writtenMs(file: string): number {
  const found = statSync(file, { throwIfNoEntry: false });
  return found?.isFile() === true ? Math.floor(found.mtimeMs) : 0;
}
