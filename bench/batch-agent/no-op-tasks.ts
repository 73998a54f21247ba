// How many no-op tasks a second the process executor gets through on two slots, beside what people would compare it to,
// in the same run: a bare Node spawn loop, the same loop with all that a task needs, `xargs -P2` and GNU parallel.
// Arguments: [COUNT] [ROUNDS] [NAME: only contenders whose name contains it]. Node roots are on tmpfs when there is one.
import { execFileSync, spawn } from "node:child_process";
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Launch } from "../../local/batch-emulator/agent/executor.ts";
import { createProcessExecutor } from "../../local/batch-emulator/agent/process-executor.ts";
import { systemClock } from "../../local/clock.ts";
import { silentLogger } from "../../local/logger.ts";
import { systemRandom } from "../../local/random.ts";

const count = Number(process.argv[2] ?? 500);
const rounds = Number(process.argv[3] ?? 11);
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

async function executed(folder: string, index: number): Promise<void> {
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

const state = mkdtempSync(join(base, "batchai-bench-state-"));
const executor = createProcessExecutor({
  stateDirectory: state,
  clock: systemClock(),
  random: systemRandom(),
  logger: silentLogger,
});

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

type Contender = readonly [name: string, run: (folder: string) => Promise<void>];
const all: readonly Contender[] = [
  ["process executor", (folder) => inSlots((index) => executed(folder, index))],
  ["bare Node spawn loop", () => inSlots((index) => spawned(undefined, index))],
  ["Node spawn, folders, files, environment, group", (folder) => inSlots((index) => spawned(folder, index))],
  ...(has("xargs") ? [["xargs -P2", shell(`seq ${count} | xargs -P2 -n1 true`)] as const] : []),
  ...(has("parallel") ? [["GNU parallel -j2", shell(`seq ${count} | parallel -j2 true`)] as const] : []),
];
const contenders = all.filter(([name]) => name.includes(process.argv[4] ?? ""));

interface Measured {
  readonly wallMs: number;
  /** Of this process and all it started; says more than the wall on a busy machine. NaN without /proc. */
  readonly cpuMs: number;
}

async function measure(run: Contender[1]): Promise<Measured> {
  const folder = mkdtempSync(join(base, "batchai-bench-"));
  const began = performance.now();
  const before = cpuMs();
  await run(folder);
  const measured = { wallMs: performance.now() - began, cpuMs: cpuMs() - before };
  rmSync(folder, { recursive: true });
  return measured;
}

/** proc(5): utime, stime, cutime and cstime of this process and of its living children, in ticks of 10 ms. */
function cpuMs(): number {
  if (!existsSync("/proc/self/stat")) return NaN;
  const children = readFileSync(`/proc/self/task/${process.pid}/children`, "utf8").trim().split(" ");
  let ticks = 0;
  for (const pid of ["self", ...children.filter(Boolean)]) {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    ticks += [11, 12, 13, 14].reduce((sum, field) => sum + Number(fields[field]), 0);
  }
  return ticks * 10;
}

// Many short turns, so that what else the machine does hits all alike.
const measured = new Map<string, Measured[]>(contenders.map(([name]) => [name, []]));
for (let round = 0; round < rounds; round += 1)
  for (const [name, run] of contenders) measured.get(name)?.push(await measure(run));

const median = (values: number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
const perTask = (name: string, of: (one: Measured) => number) =>
  median((measured.get(name) ?? []).map(of)) / count;
const own = { wall: 0, cpu: 0 };
console.log(`${count} no-op tasks, ${slots} slots, median of ${rounds} rounds, node roots in ${base}`);
for (const [name] of contenders) {
  const wall = perTask(name, (one) => one.wallMs);
  const cpu = perTask(name, (one) => one.cpuMs);
  if (name === "process executor") Object.assign(own, { wall, cpu });
  console.log(
    `${name.padEnd(46)} ${Math.round(1_000 / wall)} tasks/s, ours is ${(wall / own.wall).toFixed(2)}x; ` +
      `${cpu.toFixed(2)} ms CPU per task, ours is ${(cpu / own.cpu).toFixed(2)}x`,
  );
}
await executor.close(false);
rmSync(state, { recursive: true });
