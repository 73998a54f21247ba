// The first thing that anybody runs, as they run it: the built program as a child process, its output piped.
import { execFile } from "node:child_process";
import { mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const run = promisify(execFile);
const program = fileURLToPath(new URL("../../dist/local/batchai.mjs", import.meta.url));
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "quickstart-test-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function processesOf(parent: string): Promise<string[]> {
  const { stdout } = await run("ps", ["-eo", "pid,ppid,args"]);
  return stdout.split("\n").filter((line) => line.includes(parent));
}

describe("the quickstart", () => {
  it("trains to at least 93 % on held-out digits, keeps model and logs, and leaves no process behind", async () => {
    const { stdout } = await run(
      process.execPath,
      [program, "quickstart", "--output", join(folder, "kept")],
      {
        env: { ...process.env, TMPDIR: folder },
      },
    );
    expect(stdout).toMatch(/epoch 10\/10/);
    const accuracy = Number(/^Test accuracy +([\d.]+) %$/m.exec(stdout)?.[1]);
    expect(accuracy).toBeGreaterThanOrEqual(93);
    expect(stdout).toContain(`test accuracy ${accuracy.toFixed(2)} % on 1996 held-out digits`);
    expect((await readdir(join(folder, "kept", "model"))).sort()).toEqual(["model.json", "weights.bin"]);
    expect(await readFile(join(folder, "kept", "logs", "stdout.txt"), "utf8")).toContain("test accuracy");
    expect((await readdir(folder)).filter((name) => name.startsWith("openbatchai-"))).toEqual([]);
    // What its end takes along may need a moment for it.
    await expect.poll(() => processesOf(folder), { timeout: 60_000 }).toEqual([]);
  }, 120_000);
});
