// What the emulator is compared to: other ways to run the same no-op command many times, two at a time.
import { execFileSync, spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync } from "node:fs";
import { join } from "node:path";

export interface Contender {
  readonly name: string;
  /** How many of the tasks asked for it gets; less for those that would take minutes. */
  readonly share: number;
  /** Runs the tasks in an empty folder; resolves to the milliseconds, when it does not want its preparation counted. */
  run(count: number, folder: string): Promise<number | undefined>;
}

export const slots = 2;
const command = "/bin/true";

const environment: Record<string, string> = { PATH: "/usr/local/bin:/usr/bin:/bin" };
for (let index = 0; index < 24; index += 1)
  environment[`AZ_BATCH_VARIABLE_${index}`] = `/mnt/batch/tasks/workitems/job/job-1/task-${index}`;

/** Keeps two of them going until all are done. */
async function inSlots(count: number, one: (index: number) => Promise<void>): Promise<undefined> {
  let next = 0;
  await Promise.all(
    Array.from({ length: slots }, async () => {
      while (next < count) await one(next++);
    }),
  );
}

function bare(): Promise<void> {
  return new Promise((resolve, reject) => {
    spawn(command, [], { stdio: "ignore" })
      .once("error", reject)
      .once("exit", () => resolve());
  });
}

function complete(folder: string, index: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const cwd = join(folder, String(index), "wd");
    mkdirSync(cwd, { recursive: true });
    const files = ["stdout.txt", "stderr.txt"].map((name) =>
      openSync(join(folder, String(index), name), "w"),
    );
    const child = spawn(command, [], {
      cwd,
      env: environment,
      detached: true,
      stdio: ["ignore", ...files],
    });
    child.once("error", reject).once("exit", () => resolve());
    files.forEach((file) => closeSync(file));
  });
}

const shell = (text: (count: number) => string) => (count: number) => {
  execFileSync("/bin/sh", ["-c", text(count)], { stdio: ["ignore", "ignore", "inherit"] });
  return Promise.resolve(undefined);
};

/** A scheduler driven by `schedulers.py`, which prints the seconds that the tasks took. */
const scheduler = (python: string, name: string) => (count: number, folder: string) => {
  const program = join(process.cwd(), "bench/batch/support/schedulers.py");
  const text = execFileSync(python, [program, name, String(count)], {
    cwd: folder,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  return Promise.resolve(Number(text.trim().split("\n").at(-1)) * 1_000);
};

function runs(program: string, ...words: string[]): boolean {
  try {
    execFileSync(program, words, { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** Those that this machine has, and a line for each that it has not. `python`: one with hyperqueue and distributed. */
export function contenders(python: string | undefined): { found: Contender[]; missing: string[] } {
  const found: Contender[] = [
    { name: "bare Node spawn loop", share: 1, run: (count) => inSlots(count, bare) },
    {
      name: "Node spawn, folders, files, environment, group",
      share: 1,
      run: (count, folder) => inSlots(count, (index) => complete(folder, index)),
    },
  ];
  const missing: string[] = [];
  const add = (present: boolean, reason: string, contender: Contender) => {
    if (present) found.push(contender);
    else missing.push(`${contender.name}: skipped, ${reason}`);
  };
  add(runs("xargs", "--version"), "xargs is not installed", {
    name: "xargs -P2",
    share: 1,
    run: shell((count) => `seq ${count} | xargs -P${slots} -n1 ${command}`),
  });
  add(runs("parallel", "--version"), "GNU parallel is not installed", {
    name: "GNU parallel -j2",
    share: 0.2,
    run: shell((count) => `seq ${count} | parallel -j${slots} ${command}`),
  });
  for (const [name, module] of [
    ["HyperQueue", "hyperqueue"],
    ["Dask distributed", "distributed"],
  ] as const)
    add(
      python !== undefined && runs(python, "-c", `import ${module}`),
      `set BATCHAI_BENCH_PYTHON to a Python with ${module}`,
      {
        name,
        share: 1,
        run: scheduler(python ?? "", module),
      },
    );
  return { found, missing };
}
