// How many no-op tasks a second the process executor gets through on two slots, beside what people would compare it to,
// in the same run: a bare Node spawn loop, the same loop with all that a task needs, `xargs -P2` and GNU parallel.
// Run: npx esbuild …; or `node bench/batch-agent/run.mjs [COUNT] [ROUNDS]`. Node roots are on tmpfs when there is one.
import { execFileSync, spawn } from "node:child_process";
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Executor, Launch } from "../../local/batch-emulator/agent/executor.ts";
import { createProcessExecutor } from "../../local/batch-emulator/agent/process-executor.ts";
import { systemClock } from "../../local/clock.ts";
import { silentLogger } from "../../local/logger.ts";
import { systemRandom } from "../../local/random.ts";

const count = Number(process.argv[2] ?? 5_000);
const rounds = Number(process.argv[3] ?? 3);
const slots = 2;
const base = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();
const environment: Record<string, string> = { PATH: "/usr/local/bin:/usr/bin:/bin" };
for (let index = 0; index < 24; index += 1)
  environment[`AZ_BATCH_VARIABLE_${index}`] = `/mnt/batch/tasks/workitems/job/job-1/task-${index}`;

/** Keeps `slots` of them going until all are done. */
async function inSlots(one: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  await Promise.all(
    Array.from({ length: slots }, async () => {
      while (next < count) await one(next++);
    }),
  );
}

function spawned(folder: string | undefined, index: number): Promise<void> {
  return new Promise((resolve, reject) => {
    if (!folder) {
      spawn("true", [], { stdio: "ignore" })
        .once("error", reject)
        .once("exit", () => resolve());
      return;
    }
    const cwd = join(folder, String(index), "wd");
    mkdirSync(cwd, { recursive: true });
    const files = ["stdout.txt", "stderr.txt"].map((name) =>
      openSync(join(folder, String(index), name), "w"),
    );
    const child = spawn("true", [], { cwd, env: environment, detached: true, stdio: ["ignore", ...files] });
    child.once("error", reject).once("exit", () => resolve());
    files.forEach((file) => closeSync(file));
  });
}

async function executed(executor: Executor, folder: string, index: number): Promise<void> {
  const taskDirectory = join(folder, String(index));
  const launch: Launch = {
    id: `task-${index}`,
    nodeRoot: folder,
    taskDirectory,
    workingDirectory: join(taskDirectory, "wd"),
    commandLine: "true",
    environment,
    resourceFiles: [],
    commonResourceFiles: [],
    outputFiles: [],
    keepOutput: false,
  };
  const end = await executor.run(launch, () => {});
  if (end.kind !== "exited" || end.exitCode !== 0) throw new Error(JSON.stringify(end));
  await executor.kill(launch.id);
  await executor.forget(launch.id);
}

async function ours(folder: string): Promise<void> {
  const executor = createProcessExecutor({
    stateDirectory: join(folder, "state"),
    clock: systemClock(),
    random: systemRandom(),
    logger: silentLogger,
  });
  await inSlots((index) => executed(executor, folder, index));
  await executor.close(false);
}

const shell = (command: string) => async () =>
  void execFileSync("/bin/sh", ["-c", command], { stdio: ["ignore", "ignore", "inherit"] });
const has = (program: string) => {
  try {
    execFileSync("/bin/sh", ["-c", `command -v ${program}`], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
};

const contenders: readonly (readonly [string, (folder: string) => Promise<void>])[] = [
  ["process executor", ours],
  ["bare Node spawn loop", () => inSlots((index) => spawned(undefined, index))],
  [
    "Node spawn with folders, files, environment, group",
    (folder) => inSlots((index) => spawned(folder, index)),
  ],
  ...(has("xargs") ? [["xargs -P2", shell(`seq ${count} | xargs -P2 -n1 true`)] as const] : []),
  ...(has("parallel") ? [["GNU parallel -j2", shell(`seq ${count} | parallel -j2 true`)] as const] : []),
];

const only = process.env["BENCH_ONLY"];
const rates = new Map<string, number[]>(contenders.map(([name]) => [name, []]));
for (let round = 0; round < rounds; round += 1)
  for (const [name, run] of contenders) {
    if (only !== undefined && !name.includes(only)) continue;
    const folder = mkdtempSync(join(base, "batchai-bench-"));
    const began = performance.now();
    await run(folder);
    rates.get(name)?.push((count * 1_000) / (performance.now() - began));
    rmSync(folder, { recursive: true });
  }
const median = (values: number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
const own = median(rates.get("process executor") ?? []);
console.log(`${count} no-op tasks, ${slots} slots, median of ${rounds} rounds, node roots in ${base}`);
for (const [name, values] of rates) {
  const rate = median(values);
  const all = values.map((value) => Math.round(value)).join(" ");
  console.log(
    `${name.padEnd(52)} ${Math.round(rate)} tasks/s  ours is ${(own / rate).toFixed(2)}x  (${all})`,
  );
}
