// Starts nothing: lines are read, not run.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { commands } from "../../../cli/commands/index.ts";
import { globalOptions } from "../../../cli/globals.ts";
import { idsOption } from "../../../cli/ids-option.ts";
import { givenTo } from "../../support/command-line.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));

/** What a reader is told to type: the documentation, the first page, and what lies beside recipes. */
function pages(): string[] {
  const below = (folder: string) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".md"))
      .map((file) => join(folder, file));
  return ["README.md", ...below("docs"), ...below("recipes")].map((file) =>
    readFileSync(join(root, file), "utf8"),
  );
}

/** Lines of shell that begin with `batchai`, also within another line, as words, without comments, pipes and redirections. */
function typedLines(page: string): string[][] {
  const blocks = [...page.matchAll(/```sh\n([^]*?)```/g)].map(([, block = ""]) =>
    block.replaceAll("\\\n", " "),
  );
  const lines = blocks
    .flatMap((block) => block.split("\n"))
    .flatMap((line) => [
      line,
      ...[...line.matchAll(/[|&;] *(batchai .*)|[$<]\((batchai [^)]*)\)/g)].map(
        ([, after, within]) => after ?? within ?? "",
      ),
    ])
    .filter((line) => line.startsWith("batchai "));
  return lines.map((line) => {
    const words = line.match(/"(?:[^"\\]|\\.)*"|'[^']*'|\S+/g) ?? [];
    const end = words.findIndex((word) => /^(?:#|\||>|<|&&|;)/.test(word));
    return words.slice(1, end === -1 ? undefined : end).map((word) => word.replace(/^(["'])(.*)\1$/, "$2"));
  });
}

/** Commands named within a sentence, as words. */
function named(page: string): string[][] {
  const text = page.replaceAll(/```[^]*?```/g, "");
  return [...text.matchAll(/`batchai ([^`|\\]+)`/g)].map(([, line = ""]) => line.split(/\s+/));
}

const rowOf = (words: readonly string[]) =>
  commands.find(({ name }) => name === words.slice(0, name.split(" ").length).join(" "));

async function check(words: readonly string[]): Promise<void> {
  const row = rowOf(words);
  expect({ words, row: row?.name }).not.toEqual({ words, row: undefined });
  if (row === undefined) return;
  await givenTo(await row.load(), words.slice(row.name.split(" ").length));
}

it("every line of `batchai` in the documentation is one that a command takes", async () => {
  const lines = pages().flatMap(typedLines);
  expect(lines.length).toBeGreaterThan(50);
  for (const words of lines.filter(([first]) => first !== "--help" && first !== "--version"))
    await check(words);
});

it("lines within others are found, too", () => {
  const page =
    "```sh\ncat x | batchai login --with-token\nsource <(batchai completion bash)\nbatchai job delete --ids $(batchai job list -o tsv)\n```\n";
  expect(typedLines(page).map((words) => words.join(" "))).toEqual([
    "login --with-token",
    "completion bash",
    "job delete --ids $(batchai job list -o tsv)",
    "job list -o tsv",
  ]);
});

it("every command that a sentence names is there, with the options that it names", async () => {
  const all = pages()
    .flatMap(named)
    .filter(([first = ""]) => !first.startsWith("-") && first !== "COMMAND");
  expect(all.length).toBeGreaterThan(20);
  for (const words of all) {
    const row = rowOf(words);
    expect({ words, row: row?.name }).not.toEqual({ words, row: undefined });
    const options = (await row?.load())?.options ?? {};
    const known = [...Object.values(options), ...Object.values(globalOptions), idsOption].flatMap(
      ({ flags }) => flags.match(/-{1,2}[\w-]+/g),
    );
    const end = words.findIndex((word) => word === "--" || word.startsWith("$("));
    const asked = words.slice(0, end === -1 ? undefined : end).filter((word) => /^--?[a-z]/i.test(word));
    expect({ words, unknown: asked.filter((word) => !known.includes(word)) }).toEqual({ words, unknown: [] });
  }
});
