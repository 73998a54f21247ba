// What `batchai --help` and `batchai NOUN --help` show: names and sentences, made from the rows alone.
import type { CommandRow } from "./commands/index.ts";

/** The commands that begin with the words; all of them for none. */
export function commandsUnder(rows: readonly CommandRow[], words: readonly string[]): readonly CommandRow[] {
  const start = [...words, ""].join(" ");
  return words.length === 0 ? rows : rows.filter(({ name }) => name.startsWith(start));
}

export function overview(rows: readonly CommandRow[], words: readonly string[]): string {
  const width = Math.max(...rows.map(({ name }) => name.length));
  const lines = rows.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`);
  const program = ["batchai", ...words].join(" ");
  return [
    `Usage: ${program} COMMAND [OPTIONS]`,
    "",
    ...lines,
    "",
    "`batchai COMMAND --help` shows a command's options and an example.",
    "",
  ].join("\n");
}
