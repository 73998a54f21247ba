// The glossary's second table is kept: what it replaced names no file, type, function or constant of the product any more.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";

const folders = [
  ...["activities", "application", "cli", "client", "contracts", "domain", "functions", "local", "node"],
  ...["orchestrations", "portal", "services"],
];
const declaration =
  /^(?:export )?(?:default )?(?:async )?(?:abstract )?(?:function\*?|class|interface|type|const) (\w+)/gm;
/** The field's own names. */
const usual = /look-?up|Lookup|lookUp|[tT]ensor-?[fF]low/g;

function replacedWords(): ReadonlySet<string> {
  const glossary = readFileSync("docs/explanation/glossary.md", "utf8");
  const [, table = ""] = glossary.split("| instead of");
  const rows = table.split("\n").slice(2);
  return new Set(rows.flatMap((row) => (row.split("|")[1] ?? "").split(",")).map((word) => word.trim()));
}

const partsOf = (name: string) =>
  (name.replace(usual, "").match(/[A-Z]?[a-z]+/g) ?? []).map((part) => part.toLowerCase());

it("names of files, types, functions and constants take the words of the glossary", () => {
  const words = replacedWords();
  expect(words.size).toBeGreaterThan(15);
  const tracked = execFileSync("git", ["ls-files", ...folders], { encoding: "utf8" });
  const found: string[] = [];
  for (const file of tracked.trim().split("\n")) {
    const names = [file.split("/").at(-1) ?? "", ...file.split("/").slice(1, -1)];
    if (/\.tsx?$/.test(file))
      for (const [, name = ""] of readFileSync(file, "utf8").matchAll(declaration)) names.push(name);
    for (const name of names)
      for (const part of partsOf(name)) if (words.has(part)) found.push(`${file}: '${name}' has '${part}'`);
  }
  expect(found).toEqual([]);
});
