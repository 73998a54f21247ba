import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Executor, LaunchEnd } from "../../../local/batch-emulator/agent/executor.ts";
import { createProcessExecutor } from "../../../local/batch-emulator/agent/process-executor.ts";
import { processTable } from "../../../local/batch-emulator/agent/process-table.ts";
import { systemClock } from "../../../local/clock.ts";
import { silentLogger } from "../../../local/logger.ts";
import { systemRandom } from "../../../local/random.ts";
import { crashLaunch } from "./crash-launch.ts";

const taskCount = 200;
let folder: string;
let child: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "batchai-crash-"));
  child = join(folder, "child.mjs");
  await build({
    entryPoints: [join(import.meta.dirname, "crash-child.ts")],
    outfile: child,
    bundle: true,
    platform: "node",
    format: "esm",
    banner: {
      js: `import { createRequire } from "node:module"; const require = createRequire(import.meta.url);`,
    },
    external: ["@azure/storage-blob"],
  });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Starts the tasks in another process and kills that when `killAfter` of them have started. */
async function startAndKill(data: string, killAfter: number): Promise<number> {
  const process = spawn(globalThis.process.execPath, [child, data, String(taskCount)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let started = 0;
  process.stdout.on("data", (chunk: Buffer) => {
    started += chunk.toString().split("\n").length - 1;
    if (started >= killAfter) process.kill("SIGKILL");
  });
  await new Promise((resolve) => process.once("close", resolve));
  return started;
}

function openExecutor(data: string): Executor {
  return createProcessExecutor({
    stateDirectory: join(data, "state"),
    clock: systemClock(),
    random: systemRandom(),
    logger: silentLogger,
  });
}

/** What a scheduler does after a restart: waits for what is there and runs again what was lost or never known. */
async function finishAll(executor: Executor, data: string): Promise<Map<number, LaunchEnd>> {
  const found = await executor.recover();
  const ends = new Map<number, LaunchEnd>();
  await Promise.all(
    Array.from({ length: taskCount }, async (_, index) => {
      let end = await found.get(`${index}-1`);
      if (!end || end.kind === "lost") end = await executor.run(crashLaunch(data, index, 2), () => {});
      ends.set(index, end);
    }),
  );
  return ends;
}

async function leaked(instance: string): Promise<number[]> {
  const table = processTable(globalThis.process.platform === "linux");
  const { byLaunch } = await table.scan();
  return [...byLaunch]
    .flatMap(([cookie, rows]) => (cookie.startsWith(instance) ? rows : []))
    .map(({ pid }) => pid);
}

describe("an executor killed with SIGKILL", () => {
  it.each([[1], [60], [150], [taskCount]])(
    "after %i of 200 tasks had started: each runs once and ends with its own exit code",
    async (killAfter) => {
      const data = join(folder, `after-${killAfter}`);
      expect(await startAndKill(data, killAfter)).toBeGreaterThanOrEqual(killAfter);
      const executor = openExecutor(data);
      const ends = await finishAll(executor, data);
      const wrong = [...ends].filter(([index, end]) => end.kind !== "exited" || end.exitCode !== index % 200);
      expect(wrong).toEqual([]);
      const runs = [...ends.keys()].map((index) => readFileSync(join(data, `${index}/runs`), "utf8"));
      expect(runs.filter((text) => text !== "run\n")).toEqual([]);
      await executor.close(false);
      expect(await leaked(readFileSync(join(data, "state/instance"), "utf8"))).toEqual([]);
    },
    60_000,
  );
});
