// The Python package `openbatchai` as its own tests use it, against a local cloud. One cloud for all of them.
import { execFile, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startLocal } from "../../local/start.ts";
import type { LocalCloud } from "../../local/start.ts";

const sources = fileURLToPath(new URL("../../python", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "python-package-"));
const hasPython = spawnSync("python3", ["--version"]).status === 0;

describe.skipIf(!hasPython)("the Python package (needs python3)", () => {
  let cloud: LocalCloud;
  beforeAll(async () => {
    cloud = await startLocal({ data: join(folder, ".batchai") });
  });
  afterAll(async () => {
    await cloud.dispose();
    rmSync(folder, { recursive: true, force: true });
  });

  it("submits programs, runs functions, brings back values and exceptions, and is a wheel", async () => {
    const env = {
      ...process.env,
      PYTHONPATH: `${sources}:${join(sources, "tests")}`,
      PYTHONDONTWRITEBYTECODE: "1",
    };
    const ended = await new Promise<{ code: unknown; err: string }>((resolve) => {
      const words = ["-m", "unittest", "-v", "test_openbatchai"];
      execFile("python3", words, { cwd: folder, env }, (error, _out, err) =>
        resolve({ code: error === null ? 0 : error.code, err }),
      );
    });
    expect(ended.err).toMatch(/^OK$/m);
    expect(ended.code).toBe(0);
  });
});
