// What commands say whatever is configured: their help, and the completions of shells. The build writes these texts beside the program
// (write-texts.ts), so that asking for one loads no command and no package; where there is none, the commands themselves say it.
import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** The file of a text, in the folder of the texts: for `COMMAND --help` and `completion SHELL`, typed just so. */
export function textFile(words: readonly string[]): string | undefined {
  const last = words.at(-1) ?? "";
  const before = words.slice(0, -1);
  if (before.length === 0 || !before.every(isPlain)) return undefined;
  if (last === "--help" || last === "-h") return join("help", `${before.join(".")}.txt`);
  return before.join(" ") === "completion" && isPlain(last) ? join("completion", last) : undefined;
}

export function textsFolder(builtFolder: string): string {
  return join(builtFolder, "texts");
}

export async function readyText(builtFolder: string, words: readonly string[]): Promise<string | undefined> {
  const file = textFile(words);
  if (file === undefined) return undefined;
  try {
    return await readFile(join(textsFolder(builtFolder), file), "utf8");
  } catch {
    return undefined;
  }
}

function isPlain(word: string): boolean {
  return /^[a-z]+(-[a-z]+)*$/.test(word);
}
