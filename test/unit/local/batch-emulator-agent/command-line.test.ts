import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  CommandLineError,
  findProgram,
  splitCommandLine,
} from "../../../../local/batch-emulator/agent/command-line.ts";
import { quote } from "../../../../local/batch-emulator/agent/launch-script.ts";

describe("a task's command line", () => {
  it.each([
    ["echo hello  world", ["echo", "hello", "world"]],
    [`/bin/sh -c 'echo "a b"; exit 3'`, ["/bin/sh", "-c", 'echo "a b"; exit 3']],
    [`a "b \\" c" d\\ e`, ["a", 'b " c', "d e"]],
    [`x''y ""`, ["xy", ""]],
    [`"\\a\\$HOME"`, ["\\a$HOME"]],
    ["$HOME *", ["$HOME", "*"]],
    ["  ", []],
  ])("splits %j by POSIX quoting and expands nothing", (text, words) => {
    expect(splitCommandLine(text)).toEqual(words);
  });

  it.each([["echo 'open"], ['echo "open'], ["echo \\"]])("refuses %j", (text) => {
    expect(() => splitCommandLine(text)).toThrow(CommandLineError);
  });

  it("splits quoted words into what was quoted, as /bin/sh does", () => {
    const word = fc.string().filter((text) => !text.includes("\0"));
    fc.assert(
      fc.property(fc.array(word), (words) => {
        expect(splitCommandLine(words.map(quote).join(" "))).toEqual(words);
      }),
    );
    const tricky = `a 'b c' "d \\$ \\\\ e" f\\'g`;
    const shell = execFileSync("/bin/sh", ["-c", `printf '%s\\n' ${tricky}`], { encoding: "utf8" });
    expect(splitCommandLine(tricky)).toEqual(shell.trimEnd().split("\n"));
  });

  it("looks the program up in the task's own PATH, or relative to the working directory", () => {
    expect(findProgram("sh", "/nowhere:/bin", "/")).toEqual({ kind: "found", path: "/bin/sh" });
    expect(findProgram("sh", undefined, "/").kind).toBe("found");
    expect(findProgram("sh", "/nowhere", "/").kind).toBe("missing");
    expect(findProgram("./sh", "/nowhere", "/bin")).toEqual({ kind: "found", path: "/bin/sh" });
    expect(findProgram("/etc/passwd", "", "/").kind).toBe("notExecutable");
    expect(findProgram("/etc", "", "/").kind).toBe("notExecutable");
  });
});
