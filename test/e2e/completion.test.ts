// The completion of bash as bash itself does it.
import { execFileSync, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it, test } from "vitest";

const program = fileURLToPath(new URL("../../dist/local/batchai.mjs", import.meta.url));
const scriptOf = (shell: string) =>
  execFileSync(process.execPath, [program, "completion", shell], {
    encoding: "utf8",
    env: { PATH: process.env["PATH"] },
  });

it.each([
  ["", ["workspace", "job", "completion"]],
  ["j", ["job", "jobs"]],
  ["job ", ["create", "file", "node"]],
  ["job file ", ["list", "stream", "download"]],
  ["job show --o", ["--output", "--only-show-errors"]],
  ["exec -j first --n", ["--node-id"]],
])("bash completes `batchai %s`", (typed, expected) => {
  const words = ["batchai", ...typed.split(" ")];
  const asking = [
    scriptOf("bash"),
    `COMP_WORDS=(${words.map((word) => `"${word}"`).join(" ")}); COMP_CWORD=${words.length - 1}; _batchai; printf "%s\\n" "\${COMPREPLY[@]}"`,
  ].join("\n");
  const { stdout, stderr } = spawnSync("bash", ["-c", asking], { encoding: "utf8" });
  expect(stderr).toBe("");
  expect(stdout.split("\n")).toEqual(expect.arrayContaining(expected));
});

const shells = ["zsh", "fish"].filter((shell) => spawnSync(shell, ["--version"]).status === 0);
test.skipIf(shells.length === 0)("zsh and fish read theirs (where they are installed)", () => {
  for (const shell of shells) {
    const { status, stderr } = spawnSync(shell, ["-n", "/dev/stdin"], {
      input: scriptOf(shell),
      encoding: "utf8",
    });
    expect({ shell, status, stderr }).toEqual({ shell, status: 0, stderr: "" });
  }
});
