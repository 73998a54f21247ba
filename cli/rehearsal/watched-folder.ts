// When something is written to a folder: from the first change that is seen until nothing has changed for a while.
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";

const pollMs = 5;
const quietMs = 100;

export interface WatchedFolder {
  /** How long each writing took that is over, in milliseconds. */
  readonly tookMs: readonly number[];
  /** Called in the middle of each writing: as soon as it is seen. */
  onWriting: (() => void) | undefined;
  readonly stop: () => void;
}

export function watchFolder(folder: string, now: () => number): WatchedFolder {
  const tookMs: number[] = [];
  let seen = signatureOf(folder);
  let writing: { readonly since: number; last: number } | undefined;
  const watched: WatchedFolder = { tookMs, onWriting: undefined, stop: () => clearInterval(timer) };
  const timer = setInterval(() => {
    const signature = signatureOf(folder);
    const at = now();
    if (signature !== seen) {
      seen = signature;
      if (writing === undefined) {
        writing = { since: at, last: at };
        watched.onWriting?.();
      } else writing.last = at;
    } else if (writing !== undefined && at - writing.last >= quietMs) {
      tookMs.push(Math.max(pollMs, writing.last - writing.since));
      writing = undefined;
    }
  }, pollMs);
  return watched;
}

export function isEmptyFolder(folder: string): boolean {
  return readdirSync(folder).length === 0;
}

function signatureOf(folder: string): string {
  try {
    return readdirSync(folder, { recursive: true, encoding: "utf8" })
      .sort()
      .map((name) => {
        const found = statSync(join(folder, name), { throwIfNoEntry: false });
        return `${name} ${found?.size} ${found?.mtimeMs}`;
      })
      .join("\n");
  } catch {
    return ""; // it changes while it is read
  }
}
