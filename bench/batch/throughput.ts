// 5,000 no-op tasks, submitted by collection over HTTP and run to their end as real processes with folders, output files,
// environment and process groups, on two slots; beside other ways to run the same command, in turns within the same
// minutes. Node roots are on tmpfs when there is one. Meanwhile requests measure how quickly the API answers.
// The emulator is warmed up first, as a service that has been running is: in its first seconds it does a tenth less.
// Arguments: [TASKS] [ROUNDS] [WORD: only contenders whose name contains it]. HyperQueue and Dask are run by the Python
// that BATCHAI_BENCH_PYTHON names (a venv with `hyperqueue` and `distributed`); what is missing is said and skipped.
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { benchClient } from "./support/client.ts";
import { contenders, slots, type Contender } from "./support/contenders.ts";
import { serve, servedEmulator, type ServedEmulator } from "./support/emulator.ts";
import { cpuMs, median, percentile } from "./support/figures.ts";

const base = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();
const warmUpTasks = 8_000;
let jobs = 0;
const [first = "5000", second = "3", word = ""] = process.argv.slice(2);
if (first === "serve") await serve(second, word);
else await measure(Number(first), Number(second));

interface Turn {
  readonly perSecond: number;
  /** Milliseconds of processor time a task took; says more than the wall on a busy machine. */
  readonly cpu: number;
}

async function measure(tasks: number, rounds: number): Promise<void> {
  const data = mkdtempSync(join(base, "bench-throughput-"));
  const emulator = await servedEmulator(fileURLToPath(import.meta.url), "real", data);
  const answers: number[] = [];
  const ours: Contender = {
    name: "Batch emulator",
    share: 1,
    run: (count) => throughEmulator(emulator, count, answers),
  };
  const { found, missing } = contenders(process.env["BATCHAI_BENCH_PYTHON"]);
  const all = [ours, ...found.filter(({ name }) => name.includes(word))];
  await preparePool(emulator);
  await throughEmulator(emulator, warmUpTasks, []);
  const turns = new Map<string, Turn[]>(all.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round += 1)
    for (const contender of all)
      turns
        .get(contender.name)
        ?.push(await takeTurn(contender, tasks, contender === ours ? emulator.pid : undefined));
  await emulator.stop();
  rmSync(data, { recursive: true, force: true });
  report(turns, `${tasks} no-op tasks, ${slots} slots, median of ${rounds} rounds, node roots in ${base}`);
  missing.forEach((line) => console.log(line));
  const took = (share: number) => `${percentile(answers, share).toFixed(1)} ms`;
  console.log(
    `API meanwhile, ${answers.length} requests: median ${took(0.5)}, p99 ${took(0.99)}, worst ${took(1)}`,
  );
}

async function takeTurn(contender: Contender, tasks: number, pid: number | undefined): Promise<Turn> {
  const count = Math.ceil(tasks * contender.share);
  const folder = mkdtempSync(join(base, "bench-contender-"));
  const cpuBefore = cpuMs(pid);
  const began = performance.now();
  const told = await contender.run(count, folder);
  const ms = told ?? performance.now() - began;
  const turn = { perSecond: (count / ms) * 1_000, cpu: (cpuMs(pid) - cpuBefore) / count };
  rmSync(folder, { recursive: true, force: true });
  return turn;
}

function report(turns: ReadonlyMap<string, readonly Turn[]>, title: string): void {
  console.log(title);
  const ours = turns.get("Batch emulator") ?? [];
  const own = {
    perSecond: median(ours.map((turn) => turn.perSecond)),
    cpu: median(ours.map((turn) => turn.cpu)),
  };
  for (const [name, list] of turns) {
    const perSecond = median(list.map((turn) => turn.perSecond));
    const cpu = median(list.map((turn) => turn.cpu));
    console.log(
      `${name.padEnd(46)} ${String(Math.round(perSecond)).padStart(5)} tasks/s, ours is ` +
        `${(own.perSecond / perSecond).toFixed(2)}x (${list.map((turn) => Math.round(turn.perSecond)).join(" ")}); ` +
        `${cpu.toFixed(2)} ms CPU a task, ours is ${(cpu / own.cpu).toFixed(2)}x`,
    );
  }
}

async function preparePool(emulator: ServedEmulator): Promise<void> {
  const client = benchClient(emulator.url);
  await client.call("POST", "/pools", "", {
    id: "p",
    vmSize: "any",
    virtualMachineConfiguration: { imageReference: {}, nodeAgentSKUId: "any" },
    targetDedicatedNodes: 1,
    taskSlotsPerNode: slots,
  });
  for (let idle = 0; idle < 1;) {
    await pause(20);
    const counts = JSON.parse(await client.call("GET", "/nodecounts")) as {
      value: { dedicated: { idle: number } }[];
    };
    idle = counts.value[0]?.dedicated.idle ?? 0;
  }
  client.close();
}

/** One job; asks every 50 ms how far it is, and now and then for a task and for a page. */
async function throughEmulator(
  emulator: ServedEmulator,
  count: number,
  answers: number[],
): Promise<undefined> {
  const client = benchClient(emulator.url);
  const job = `j${(jobs += 1)}`;
  await client.call("POST", "/jobs", "", { id: job, poolInfo: { poolId: "p" } });
  let done = false;
  const asked = ask(emulator, job, answers, () => done);
  await client.addTasks(job, count, "/bin/true");
  for (;;) {
    const { taskCounts } = JSON.parse(await client.call("GET", `/jobs/${job}/taskcounts`)) as {
      taskCounts: { completed: number; failed: number };
    };
    if (taskCounts.failed > 0) throw new Error(`${taskCounts.failed} tasks failed`);
    if (taskCounts.completed >= count) break;
    await pause(20);
  }
  done = true;
  await asked;
  client.close();
  return undefined;
}

async function ask(
  emulator: ServedEmulator,
  job: string,
  answers: number[],
  isDone: () => boolean,
): Promise<void> {
  const client = benchClient(emulator.url);
  const paths = [`/jobs/${job}/taskcounts`, `/jobs/${job}`, "/pools/p", "/pools/p/nodes"];
  for (let turn = 0; !isDone(); turn += 1) {
    const began = performance.now();
    await client.call("GET", paths[turn % paths.length] ?? "");
    answers.push(performance.now() - began);
    await pause(50);
  }
  client.close();
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
