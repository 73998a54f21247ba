// What README and the tutorial tell a newcomer to type, typed: `batchai start` in one terminal, the rest in another, in a folder that
// holds the page's train.py. Python is all that has to be there.
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const program = join(root, "dist/local/batchai.mjs");
const folder = mkdtempSync(join(tmpdir(), "your-own-script-"));

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** A line of a shell in which `batchai` is what the page's alias makes of it. */
function typed(line: string): Promise<Ended> {
  const child = spawn("bash", ["-c", `batchai() { "${process.execPath}" "${program}" "$@"; }\n${line}`], {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [out, err] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
  return new Promise((resolve) => child.once("close", (code) => resolve({ code, out, err })));
}

interface Page {
  readonly script: string;
  /** Blocks to type, but the one that names the command and the one that starts the cloud. */
  readonly blocks: readonly string[];
}

function pageOf(file: string, from: string, to: string): Page {
  const text = readFileSync(join(root, file), "utf8");
  const part = text.slice(text.indexOf(from), text.indexOf(to));
  const [, script = ""] = /```python\n([^]*?)```/.exec(part) ?? [];
  const blocks = [...part.matchAll(/```sh\n([^]*?)```/g)].map(([, block = ""]) => block);
  const [naming, starting, ...rest] = blocks;
  expect(naming).toBe('npm ci && npm run build\nalias batchai="node $PWD/dist/local/batchai.mjs"\n');
  expect(starting).toBe("batchai start\n");
  return { script, blocks: rest };
}

async function typePage({ script, blocks }: Page): Promise<string> {
  writeFileSync(join(folder, "train.py"), script);
  let shown = "";
  for (const block of blocks) {
    const { code, out, err } = await typed(`set -e\n${block}`);
    expect({ block, code, err: code === 0 ? "" : err }).toEqual({ block, code: 0, err: "" });
    shown += out;
  }
  return shown;
}

const hasPython = spawnSync("python3", ["--version"]).status === 0;

describe.skipIf(!hasPython)("what a newcomer is told to type (needs python3)", () => {
  let cloud: ReturnType<typeof spawn>;
  beforeAll(async () => {
    cloud = spawn(process.execPath, [program, "start", "--port", "0"], {
      cwd: folder,
      stdio: ["ignore", "pipe", "inherit"],
    });
    await new Promise<void>((resolve, reject) => {
      let text = "";
      cloud.stdout?.on("data", (chunk: Buffer) => {
        text += chunk.toString();
        if (/^ready$/m.test(text)) resolve();
      });
      cloud.once("exit", (code) => reject(new Error(`the cloud ended with ${code}`)));
    });
  });
  afterAll(async () => {
    const ended = new Promise((resolve) => cloud.once("exit", resolve));
    cloud.kill("SIGTERM");
    await ended;
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  it("leads from a train.py to its model by README", async () => {
    const shown = await typePage(pageOf("README.md", "## Your own script", "## More"));
    expect(shown).toMatch(/^epoch 100: .*\n[^]*epoch 500: y = 2\.000 x \+ 1\.000\n\{"slope": /);
  });

  it("and, in single steps, by the tutorial", async () => {
    rmSync(join(folder, "outputs"), { recursive: true });
    const page = pageOf("docs/tutorial/your-own-script.md", "## Once", "## Against a deployment");
    const shown = await typePage(page);
    expect(shown).toMatch(
      /epoch 500[^]*"name": "lab"[^]*epoch 300[^]*model\.json +file[^]*model\/model\.json\n\{"slope"/,
    );
    expect(shown).toContain('"executionState": "succeeded"');
    expect(JSON.parse(readFileSync(join(folder, "model/model.json"), "utf8"))).toHaveProperty("offset");
  });

  it("and a program that fails ends the command with its exit code, its words on standard error", async () => {
    writeFileSync(join(folder, "fail.sh"), "echo about to fail >&2; exit 7\n");
    const { code, err, out } = await typed("batchai run -- sh fail.sh");
    expect({ code, out }).toEqual({ code: 7, out: "" });
    expect(err).toMatch(/about to fail\n[^]*JobFailed/);
  });
});
