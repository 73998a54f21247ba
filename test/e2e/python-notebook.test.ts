// The notebook of the Python package, executed by the genuine nbclient against a local cloud.
import { execFile } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startLocal } from "../../local/start.ts";
import type { LocalCloud } from "../../local/start.ts";
import { testTools } from "../support/test-tools.ts";

const sources = fileURLToPath(new URL("../../python", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "python-notebook-"));
const python = join(testTools, "jupyter/bin/python");

interface Output {
  readonly output_type: string;
  readonly text?: string;
  readonly data?: Readonly<Record<string, string>>;
}
interface Notebook {
  readonly cells: readonly {
    readonly cell_type: string;
    readonly source: string;
    readonly outputs?: readonly Output[];
  }[];
}
const read = (file: string) => JSON.parse(readFileSync(file, "utf8")) as Notebook;
const plain = (output: Output | undefined) => output?.text ?? output?.data?.["text/plain"] ?? "";

/** Runs all cells, keeps the notebook with its outputs, and tells how often something that was shown changed in its place. */
const runner = `
import json
import nbformat
from nbclient import NotebookClient

changes = 0

class Client(NotebookClient):
    def process_message(self, msg, cell, cell_index):
        global changes
        changes += msg["msg_type"] == "update_display_data"
        return super().process_message(msg, cell, cell_index)

notebook = nbformat.read("sweep.ipynb", as_version=4)
Client(notebook, timeout=150, kernel_name="python3", resources={"metadata": {"path": "."}}).execute()
with open("executed.ipynb", "w") as file:
    file.write(json.dumps(notebook))
print(changes)
`;

it("the notebook is kept without outputs", () => {
  for (const { outputs = [] } of read(join(sources, "examples/sweep.ipynb")).cells)
    expect(outputs).toEqual([]);
});

describe.skipIf(!existsSync(python))(
  "the notebook (needs nbclient: scripts/install-test-tools.sh jupyter)",
  () => {
    let cloud: LocalCloud;
    beforeAll(async () => {
      cloud = await startLocal({ data: join(folder, ".batchai") });
      cpSync(join(sources, "examples"), folder, { recursive: true });
      writeFileSync(join(folder, "run.py"), runner);
    }, 60_000);
    afterAll(async () => {
      await cloud.dispose();
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    });

    it(
      "submits, calls, sweeps, and shows a table that changes in its place",
      { timeout: 240_000 },
      async () => {
        const env = { ...process.env, PYTHONPATH: sources, PYTHONDONTWRITEBYTECODE: "1", HOME: folder };
        const ended = await new Promise<{ code: unknown; out: string; err: string }>((resolve) => {
          execFile(python, ["run.py"], { cwd: folder, env }, (error, out, err) =>
            resolve({ code: error === null ? 0 : error.code, out, err }),
          );
        });
        expect(ended.code, ended.err).toBe(0);
        const [, submitted, called, watched, shown, best] = read(join(folder, "executed.ipynb"))
          .cells.filter(({ cell_type: type }) => type === "code")
          .map(({ outputs = [] }) => outputs);
        expect(submitted?.map(plain).join("")).toMatch(/^accuracy (0\.\d+)\n\1\n/);
        expect(plain(called?.at(-1))).toMatch(/^\{'accuracy': 0\.\d+\}$/);
        expect(Number(ended.out)).toBeGreaterThan(0);
        const [table] = watched ?? [];
        expect(watched).toHaveLength(1);
        expect(plain(table)).toMatch(/^<Sweep .*: succeeded, 6 succeeded; best [01]\.\d+ \(trial \d\)>$/);
        expect(table?.data?.["text/html"]?.match(/<tr>/g)).toHaveLength(7);
        expect(shown?.at(-1)?.data).toEqual(table?.data);
        expect(plain(best?.[0])).toMatch(/^[01]\.\d+ \{'RATE': [01]\.\d+\}\n$/);
        expect(plain(best?.at(-1))).toMatch(/^<Job \S+: succeeded>$/);
      },
    );
  },
);
