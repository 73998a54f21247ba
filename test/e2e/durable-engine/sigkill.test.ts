// A real process on a real file, killed with SIGKILL at seeded random moments.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import Database from "libsql";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sqliteStore } from "../../../local/durable-engine/index.ts";
import { seededRandom } from "../../../local/random.ts";
import { mixedResult, signalsPerInstance } from "../../unit/local/durable-engine/support/mixed-app.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const instances = 500;
const kills = 20;
let folder: string;
let script: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "durable-kill-"));
  // Below the repository, so that the packages it leaves outside the bundle are found.
  mkdirSync(join(root, "dist", "e2e"), { recursive: true });
  script = join(root, "dist", "e2e", `durable-crash-child-${process.pid}.mjs`);
  await build({
    entryPoints: [fileURLToPath(new URL("./crash-child.ts", import.meta.url))],
    outfile: script,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    packages: "external",
    logLevel: "warning",
  });
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
  rmSync(script, { force: true });
});

/** Runs the child; kills it `afterMs` after it is ready. True when it reached its end. */
async function run(database: string, seed: number, afterMs: number | undefined): Promise<boolean> {
  // What is to be killed must not be done before.
  const until = afterMs === undefined ? "end" : "endless";
  const child = spawn(process.execPath, [script, database, String(instances), String(seed), until], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  let errors = "";
  child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
  child.stdout.on("data", (chunk: Buffer) => {
    const wasReady = output.includes("ready");
    output += chunk.toString();
    if (!wasReady && output.includes("ready") && afterMs !== undefined)
      setTimeout(() => child.kill("SIGKILL"), afterMs);
  });
  const [code, signal] = (await once(child, "close")) as [number | null, string | null];
  expect(errors).toBe("");
  if (signal === null) expect(code).toBe(0);
  return output.includes("done");
}

function historyWithoutInstance(database: string): number {
  const connection = new Database(database);
  const { rows } = connection
    .prepare("SELECT count(*) AS rows FROM history WHERE instance_id NOT IN (SELECT id FROM instances)")
    .get() as { rows: number };
  connection.close();
  return rows;
}

describe("an engine killed again and again", () => {
  it(`brings ${instances} mixed orchestrations to their right ends`, async () => {
    const database = join(folder, "engine.db");
    const random = seededRandom(2026);
    let killed = 0;
    for (let round = 0; round < kills; round += 1)
      if (!(await run(database, round, 20 + random.next() * 260))) killed += 1;
    expect(await run(database, kills, undefined)).toBe(true);
    expect(killed).toBe(kills);
    const store = sqliteStore(database);
    try {
      for (let index = 0; index < instances; index += 1) {
        const row = store.instance(`mixed-${index}`);
        expect(row?.status).toBe("Completed");
        expect(JSON.parse(row?.output ?? "null")).toEqual(mixedResult(index));
      }
      expect(store.entity("@counter@total")?.state).toBe(String(instances * signalsPerInstance));
      expect(store.entity("@counter@guarded")).toMatchObject({ state: String(instances), lockedBy: null });
      expect(store.messageTargets()).toEqual([]);
      expect(store.activities()).toEqual([]);
      expect(store.firstTimer()).toBeUndefined();
      expect(store.instances({ top: 10_000 }).filter((row) => row.endedMs === null)).toEqual([]);
    } finally {
      store.close();
    }
    expect(historyWithoutInstance(database)).toBe(0);
  }, 240_000);
});
