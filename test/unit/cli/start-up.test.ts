// Starts nothing: it reads sources.
import { readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../../..", import.meta.url));

/** What is loaded together with the file: its imports, and theirs, but those of types and those that come later. */
function loadedWith(file: string, found = new Set<string>()): Set<string> {
  found.add(file);
  const text = readFileSync(join(root, file), "utf8");
  for (const [, name = ""] of text.matchAll(/^(?:import|export)\s+(?!type\s)[^"';]*?from "([^"]+)"/gm)) {
    const next = name.startsWith(".") ? normalize(join(dirname(file), name)) : name;
    if (found.has(next)) continue;
    if (name.startsWith(".")) loadedWith(next, found);
    else found.add(next);
  }
  return found;
}

test("`batchai --help` loads no package and no command", () => {
  const loaded = [...loadedWith("cli/main.ts")];
  expect(loaded).toContain("cli/commands/index.ts");
  const packages = loaded.filter((name) => !/^(?:cli\/|node:)/.test(name));
  expect(packages).toEqual([]);
  expect(loaded.filter((name) => /^cli\/commands\/(?!index)/.test(name))).toEqual([]);
});
