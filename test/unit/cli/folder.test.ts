import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync, chmodSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { ignoreRules } from "../../../cli/folder/ignore.ts";
import { listFiles } from "../../../cli/folder/list-files.ts";
import { nameOfScript, unpackScript } from "../../../cli/folder/unpack-script.ts";
import { baseNameOf, clusterNameOf, experimentNameOf, jobNameOf } from "../../../cli/run-names.ts";

const folder = mkdtempSync(join(tmpdir(), "folder-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const write = (path: string, text = "x") => {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
};

test.each([
  ["*.pyc", "a/b/c.pyc", false, true],
  ["*.pyc", "c.pyc.txt", false, false],
  ["/data", "data", true, true],
  ["/data", "src/data", true, false],
  ["data/", "src/data", true, true],
  ["data/", "src/data", false, false],
  ["docs/*.md", "docs/a.md", false, true],
  ["docs/*.md", "x/docs/a.md", false, false],
  ["**/tmp", "a/b/tmp", true, true],
  ["a/**/z", "a/b/c/z", false, true],
  ["*.log\n!keep.log", "keep.log", false, false],
  ["!keep.log\n*.log", "keep.log", false, true],
  ["# all\n\n  ", "all", false, false],
  ["{a,b}", "a", false, false],
  [".env", ".env", false, true],
  ["", ".git", true, true],
  ["", "a/__pycache__", true, true],
])("the rules %j say of %s (folder: %s): left out %s", (rules, path, isFolder, leftOut) => {
  expect(ignoreRules().with(rules, "").ignores(path, isFolder)).toBe(leftOut);
});

test("a folder's files are what its .gitignore files leave, the nearer one having the last word", async () => {
  write(".gitignore", "*.log\nsecret/\n");
  write("train.py", "print(1)\n");
  write("run.sh");
  chmodSync(join(folder, "run.sh"), 0o755);
  write("a.log");
  write("secret/key");
  write("outputs/model");
  write("src/.gitignore", "!kept.log\n");
  write("src/kept.log");
  write(".git/config");
  symlinkSync(join(folder, "src"), join(folder, "loop"));
  symlinkSync(join(folder, "train.py"), join(folder, "alias.py"));
  const files = await listFiles(folder, "/outputs");
  expect(files.map(({ path }) => path)).toEqual([
    ".gitignore",
    "alias.py",
    "run.sh",
    "src/.gitignore",
    "src/kept.log",
    "train.py",
  ]);
  expect(files.find(({ path }) => path === "run.sh")?.isExecutable).toBe(true);
  const [train, alias] = ["train.py", "alias.py"].map((name) => files.find(({ path }) => path === name));
  expect(train?.sha256).toBe(alias?.sha256);
});

test("a folder that is more than a program is refused before it travels", async () => {
  const big = mkdtempSync(join(tmpdir(), "big-"));
  writeFileSync(join(big, "data"), "");
  truncateSync(join(big, "data"), 3 * 1024 ** 3);
  await expect(listFiles(big, "")).rejects.toThrow(/1 files of 3072 MiB.*\.gitignore/);
  rmSync(big, { recursive: true });
});

test("the script makes folders and copies files, whatever their names are, and is named by what it does", () => {
  const file = { sizeBytes: 1, isExecutable: true, sha256: "ab12" };
  const script = unpackScript([{ ...file, path: "src/it's.py" }], '"$STORE"');
  expect(script).toBe(
    [
      "set -e",
      "mkdir -p -- './src'",
      `cp -- "$STORE"/ab12 './src/it'\\''s.py'`,
      `chmod u+x -- './src/it'\\''s.py'`,
      "",
    ].join("\n"),
  );
  expect(nameOfScript(script)).toMatch(/^[0-9a-f]{64}\.sh$/);
});

test("names that nobody chose are plain, tell what they are of, and sort by time", () => {
  expect(baseNameOf(["python3", "-u", "src/train.py", "--lr", "0.1"])).toBe("train");
  expect(baseNameOf(["./run me.sh"])).toBe("run-me");
  expect(jobNameOf(["python3", "train.py"], Date.UTC(2026, 0, 2, 3, 4, 5), "a1b2")).toBe(
    "train-20260102-030405-a1b2",
  );
  expect(experimentNameOf("/home/ada/my digits!")).toBe("my-digits");
  expect(clusterNameOf("STANDARD_D2_V3", true)).toBe("standard_d2_v3-spot");
});
