// Starts nothing: lines are read, not run.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { commands } from "../../../cli/commands/index.ts";
import { givenTo } from "../../support/command-line.ts";

const docs = fileURLToPath(new URL("../../../docs", import.meta.url));

/** Lines of shell that begin with `batchai`, as words, without comments, pipes and redirections. */
function typedLines(page: string): string[][] {
  const blocks = [...page.matchAll(/```sh\n([^]*?)```/g)].map(([, block = ""]) =>
    block.replaceAll("\\\n", " "),
  );
  const lines = blocks.flatMap((block) => block.split("\n")).filter((line) => line.startsWith("batchai "));
  return lines.map((line) => {
    const words = line.match(/"(?:[^"\\]|\\.)*"|'[^']*'|\S+/g) ?? [];
    const end = words.findIndex((word) => /^(?:#|\||>|<|&&|;)/.test(word));
    return words.slice(1, end === -1 ? undefined : end).map((word) => word.replace(/^(["'])(.*)\1$/, "$2"));
  });
}

async function check(words: readonly string[]): Promise<void> {
  const row = commands.find(({ name }) => name === words.slice(0, name.split(" ").length).join(" "));
  expect({ words, row: row?.name }).not.toEqual({ words, row: undefined });
  if (row === undefined) return;
  await givenTo(await row.load(), words.slice(row.name.split(" ").length));
}

it("every line of `batchai` in the documentation is one that a command takes", async () => {
  const pages = readdirSync(docs, { recursive: true, encoding: "utf8" }).filter((file) =>
    file.endsWith(".md"),
  );
  const lines = pages.flatMap((file) => typedLines(readFileSync(join(docs, file), "utf8")));
  expect(lines.length).toBeGreaterThan(50);
  for (const words of lines.filter(([first]) => first !== "--help" && first !== "--version"))
    await check(words);
});
