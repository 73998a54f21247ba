// Names that `batchai run` gives when it is told none. Resource names are letters, digits, `-` and `_`.
import { basename, extname } from "node:path";

const longest = 40;

/** `train` for `python3 src/train.py --epochs 3`: the first word that is a file by its name, else the program. */
export function baseNameOf(words: readonly string[]): string {
  const file = words.find((word, index) => index > 0 && /^[^-].*\.\w+$/.test(word)) ?? words[0] ?? "";
  return plain(basename(file, extname(file)), "job");
}

/** Sorts by time, and two of one second differ. */
export function jobNameOf(words: readonly string[], nowMs: number, chance: string): string {
  const time = new Date(nowMs).toISOString().replace(/[-:]/g, "").replace("T", "-").slice(0, 15);
  return `${baseNameOf(words)}-${time}-${chance}`;
}

export function experimentNameOf(directory: string): string {
  return plain(basename(directory), "experiment");
}

export function clusterNameOf(vmSize: string, isSpot: boolean): string {
  return plain(`${vmSize.toLowerCase()}${isSpot ? "-spot" : ""}`, "cluster");
}

function plain(text: string, otherwise: string): string {
  return (
    text
      .replace(/[^\w-]+/g, "-")
      .replace(/^-+|-+$/g, "")
      .slice(0, longest) || otherwise
  );
}
