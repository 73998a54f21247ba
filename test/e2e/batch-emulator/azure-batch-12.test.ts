// azure-batch 12 of January 2022, the version that samples and other people's programs pin: scripts/install-test-tools.sh azure-batch-12.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { accountKey, underTest } from "../../conformance/batch/emulator-under-test.ts";
import { testTools } from "../../support/test-tools.ts";

const folder = join(testTools, "azure-batch-12");
const isInstalled = existsSync(join(folder, "ready"));
const why = isInstalled ? "" : " (skipped: scripts/install-test-tools.sh azure-batch-12)";

describe.skipIf(!isInstalled)(`azure-batch 12${why}`, () => {
  test("runs tasks in a pool and reads their output", async () => {
    const t = await underTest();
    const program = join(import.meta.dirname, "azure_batch_12.py");
    const child = spawn(join(folder, "bin/python"), [program, t.emulator.url, "devbatch"], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    child.stdin.end(accountKey);
    let out = "";
    child.stdout.on("data", (text: Buffer) => (out += String(text)));
    const code = await new Promise((resolve) => child.once("close", resolve));
    await t.emulator.dispose();
    expect([code, t.errors]).toEqual([0, []]);
    const { output, length, ...rest } = JSON.parse(out) as Record<string, unknown>;
    expect(output).toContain("a");
    expect(Number(length)).toBe(String(output).length);
    expect(rest).toEqual({
      api: "2022-01-01.15.0",
      added: ["TaskAddStatus.success", "TaskAddStatus.success"],
      slots: 2,
      succeeded: 2,
      missing: "PoolNotFound",
    });
  });
});
