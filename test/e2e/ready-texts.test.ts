// What the build wrote for `COMMAND --help` and `completion SHELL` is what the commands say, and saying it loads nothing but the program.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, normalize, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it, test } from "vitest";
import { commands } from "../../cli/commands/index.ts";
import { batchai } from "../support/command-line.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const built = join(root, "dist/local");
const texts = (folder: string) => readdirSync(join(built, "texts", folder)).sort();
const read = (...path: string[]) => readFileSync(join(built, "texts", ...path), "utf8");

test("each command's help is ready, as the command has it", async () => {
  expect(texts("help")).toEqual(commands.map(({ name }) => `${name.replaceAll(" ", ".")}.txt`).sort());
  for (const { name } of commands) {
    const { out } = await batchai([...name.split(" "), "--help"]);
    expect(read("help", `${name.replaceAll(" ", ".")}.txt`)).toBe(out);
  }
});

test("each shell's completion is ready, as the command has it", async () => {
  expect(texts("completion")).toEqual(["bash", "fish", "zsh"]);
  for (const shell of texts("completion"))
    expect(read("completion", shell)).toBe((await batchai(["completion", shell])).out);
});

/** The sources of all that Node loaded, as its record of coverage names them. */
function sourcesLoadedBy(...words: string[]): string[] {
  const folder = mkdtempSync(join(tmpdir(), "loaded-"));
  try {
    const env = { PATH: process.env["PATH"], NODE_V8_COVERAGE: folder };
    execFileSync(process.execPath, [join(built, "batchai.mjs"), ...words], { env, stdio: "pipe" });
    const [report = ""] = readdirSync(folder);
    const { result } = JSON.parse(readFileSync(join(folder, report), "utf8")) as {
      result: { url: string }[];
    };
    return result.flatMap(({ url }) => {
      if (!url.startsWith("file:")) return [];
      const { sources } = JSON.parse(readFileSync(`${fileURLToPath(url)}.map`, "utf8")) as {
        sources: string[];
      };
      return sources.map((source) => relative(root, normalize(join(fileURLToPath(url), "..", source))));
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

it.each([
  [["--help"]],
  [["--version"]],
  [["job", "--help"]],
  [["job", "list", "--help"]],
  [["emulator", "-h"]],
  [["completion", "bash"]],
])("`batchai %s` loads no package, no schema and no command", (words) => {
  const loaded = sourcesLoadedBy(...words);
  expect(loaded).toContain("cli/main.ts");
  expect(loaded.filter((source) => !/^cli\/(?!commands\/(?!index))/.test(source))).toEqual([]);
});
