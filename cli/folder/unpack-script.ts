// The shell text that makes a folder again out of files named by their content. Files are copied, not linked: the program may change its
// own folder, and the store is shared.
import { createHash } from "node:crypto";
import { dirname } from "node:path";
import { quoteWord } from "../../domain/launch/quote.ts";
import type { FolderFile } from "./list-files.ts";

/** `store`: shell text of the folder that holds the files. */
export function unpackScript(files: readonly FolderFile[], store: string): string {
  const folders = new Set(files.map(({ path }) => dirname(path)).filter((folder) => folder !== "."));
  return [
    "set -e",
    ...[...folders].map((folder) => `mkdir -p -- ${quoteWord(`./${folder}`)}`),
    ...files.flatMap(({ path, sha256, isExecutable }) => {
      const word = quoteWord(`./${path}`);
      return [`cp -- ${store}/${sha256} ${word}`, ...(isExecutable ? [`chmod u+x -- ${word}`] : [])];
    }),
    "",
  ].join("\n");
}

/** A name that is the same for the same script. */
export function nameOfScript(script: string): string {
  return `${createHash("sha256").update(script).digest("hex")}.sh`;
}
