// The recorded tutorial, typed again: every line of it still does what the page shows.
import { execFile, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const recorder = fileURLToPath(new URL("../../scripts/record-tutorial.mjs", import.meta.url));
const hasAll = ["python3", "script"].every((program) => spawnSync(program, ["--version"]).status === 0);

test.skipIf(!hasAll)(
  "the first ten minutes are as the page tells (needs python3 and script)",
  async () => {
    const said = await new Promise<{ code: unknown; err: string }>((resolve) => {
      execFile(process.execPath, [recorder, "--check"], (error, _out, err) =>
        resolve({ code: error === null ? 0 : error.code, err }),
      );
    });
    expect(said).toEqual({ code: 0, err: "" });
  },
  180_000,
);
