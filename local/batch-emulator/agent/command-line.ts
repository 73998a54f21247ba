// A task's command line is not run by a shell (Azure Batch, "Run tasks": "The command line does not run under a shell"):
// it is split into words by POSIX quoting and its first word is looked up in the task's own PATH. Nothing is expanded.
import { accessSync, constants, statSync, type Stats } from "node:fs";
import { isAbsolute, join, resolve } from "node:path";

/** The PATH of a task that has none, as execvp(3) would use. */
const defaultPath = "/usr/bin:/bin";

export class CommandLineError extends Error {}

/** Words of `text` by POSIX quoting rules: `'…'`, `"…"` (where `\` escapes only `$`, `` ` ``, `"`, `\` and a line break)
 *  and `\x`. Throws CommandLineError for an unclosed quote or a trailing backslash. */
export function splitCommandLine(text: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let at = 0;
  while (at < text.length) {
    const char = text.charAt(at);
    if (/[ \t\r\n]/.test(char)) {
      if (word !== undefined) words.push(word);
      word = undefined;
      at += 1;
      continue;
    }
    const piece = quotedPiece(text, at);
    word = (word ?? "") + piece.text;
    at = piece.end;
  }
  if (word !== undefined) words.push(word);
  return words;
}

function quotedPiece(text: string, at: number): { text: string; end: number } {
  const char = text.charAt(at);
  if (char === "'") {
    const close = text.indexOf("'", at + 1);
    if (close < 0) throw new CommandLineError(`The quote opened at character ${at + 1} is not closed.`);
    return { text: text.slice(at + 1, close), end: close + 1 };
  }
  if (char === '"') return doubleQuoted(text, at);
  if (char !== "\\") return { text: char, end: at + 1 };
  if (at + 1 >= text.length) throw new CommandLineError("The command line ends with a backslash.");
  const escaped = text.charAt(at + 1);
  return { text: escaped === "\n" ? "" : escaped, end: at + 2 };
}

function doubleQuoted(text: string, open: number): { text: string; end: number } {
  let content = "";
  for (let at = open + 1; at < text.length; at += 1) {
    const char = text.charAt(at);
    if (char === '"') return { text: content, end: at + 1 };
    const next = text.charAt(at + 1);
    if (char === "\\" && next !== "" && '$`"\\\n'.includes(next)) {
      content += next === "\n" ? "" : next;
      at += 1;
    } else content += char;
  }
  throw new CommandLineError(`The quote opened at character ${open + 1} is not closed.`);
}

export type ProgramLookup =
  | { readonly kind: "found"; readonly path: string }
  | { readonly kind: "missing" }
  | { readonly kind: "notExecutable" };

/** Finds the program that execvp(3) would start: by PATH, or as a path when the name contains a slash. */
export function findProgram(name: string, path: string | undefined, workingDirectory: string): ProgramLookup {
  if (name === "") return { kind: "missing" };
  if (name.includes("/")) return inspect(isAbsolute(name) ? name : resolve(workingDirectory, name));
  let best: ProgramLookup = { kind: "missing" };
  for (const directory of (path ?? defaultPath).split(":")) {
    const looked = inspect(join(resolve(workingDirectory, directory), name));
    if (looked.kind === "found") return looked;
    if (looked.kind === "notExecutable") best = looked;
  }
  return best;
}

function inspect(path: string): ProgramLookup {
  let entry: Stats | undefined;
  try {
    entry = statSync(path, { throwIfNoEntry: false });
  } catch {
    // Not even the way there can be walked.
  }
  if (!entry) return { kind: "missing" };
  if (!entry.isFile()) return { kind: "notExecutable" };
  try {
    accessSync(path, constants.X_OK);
    return { kind: "found", path };
  } catch {
    return { kind: "notExecutable" };
  }
}
