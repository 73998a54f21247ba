// Many real tasks over eight nodes that are evicted, rebooted, reimaged and fail to start, under an emulator that is killed
// twice: every task ends exactly once with its exit code, and nothing is left over. A short one in CI; the whole with
// BATCH_SOAK_TASKS=50000 BATCH_SOAK_FOLDER=/dev/shm.
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { batchClient, linuxPool } from "../../conformance/batch/emulator-under-test.ts";
import { buildEmulatorChild, EmulatorProcess } from "../batch-emulator/emulator-process.ts";
import { evidenceIn } from "./evidence.ts";
import type { Evidence } from "./evidence.ts";
import { inNodes, openHandles, processesOf } from "./leaks.ts";
import { noTroubles, repair, trouble } from "./trouble.ts";

const total = Math.ceil(Number(process.env["BATCH_SOAK_TASKS"] ?? 1500) / 100) * 100;
const troublesWanted = Math.max(20, total / 250);
const limitMs = 120_000 + total * 80;

let folder: string;
let emulator: EmulatorProcess;
beforeAll(async () => {
  folder = await mkdtemp(join(process.env["BATCH_SOAK_FOLDER"] ?? tmpdir(), "batch-soak-"));
  emulator = new EmulatorProcess(await buildEmulatorChild("soak"), folder);
});
afterAll(async () => {
  await emulator.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Most tasks succeed at once; some last, some fail, some of these are tried again. */
const expectedExit = (index: number) => (index % 25 === 0 ? 1 + (index % 7) : 0);
const retriesOf = (index: number) => (index % 50 === 0 ? 1 : 0);
const secondsOf = (index: number) => (index % 100 === 3 ? 0.5 : index % 10 === 1 ? 0.05 : 0);
/** The last task waits for it, so that there is something to do at both kills, however quick the machine is. */
const killsOver = () => join(folder, "kills-over");
const indexOf = (id: string) => Number(id.slice(1));

async function poll<T>(read: () => Promise<T>, done: (value: T) => boolean, deadline: number): Promise<T> {
  for (;;) {
    const value = await read();
    if (done(value)) return value;
    if (Date.now() > deadline) throw new Error(`never happened; last: ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function submit(url: string, evidence: Evidence): Promise<void> {
  const batch = batchClient(url);
  for (let first = 0; first < total; first += 100) {
    const tasks = Array.from({ length: 100 }, (_, offset) => {
      const index = first + offset;
      return {
        id: `t${index}`,
        commandLine: evidence.command(
          index === total - 1 ? killsOver() : secondsOf(index),
          expectedExit(index),
        ),
        constraints: { maxTaskRetryCount: retriesOf(index) },
      };
    });
    await batch.task.addCollection("j", tasks);
  }
}

async function allTasks(url: string) {
  const batch = batchClient(url);
  let page = await batch.task.list("j");
  const tasks = [...page];
  while (page.odatanextLink !== undefined) {
    page = await batch.task.listNext(page.odatanextLink);
    tasks.push(...page);
  }
  return tasks;
}

test(
  `${total} tasks end exactly once with the right exit code through every trouble`,
  async () => {
    const deadline = Date.now() + limitMs - 20_000;
    const evidence = evidenceIn(join(folder, "evidence"));
    const troubles = noTroubles();
    let url = await emulator.start();
    const launchesBefore = await readdir(join(folder, "launches"));
    await batchClient(url).pool.add({
      id: "p",
      ...linuxPool,
      targetDedicatedNodes: 4,
      targetLowPriorityNodes: 4,
      taskSlotsPerNode: 2,
      startTask: {
        commandLine: `/bin/sh -c 'test $(( $(od -An -N1 -tu1 /dev/urandom) % 2 )) = 0'`,
        maxTaskRetryCount: 1,
        waitForSuccess: true,
      },
    });
    await poll(
      () => batchClient(url).pool.get("p"),
      (pool) => pool.allocationState === "steady",
      deadline,
    );
    const handlesBefore = openHandles(emulator.pid).length;
    await batchClient(url).job.add({ id: "j", poolInfo: { poolId: "p" } });
    await submit(url, evidence);

    let next = 1;
    let kills = 0;
    let completed = 0;
    const started = Date.now();
    while (completed < total) {
      if (Date.now() > deadline) throw new Error(`only ${completed} of ${total} tasks ended in time`);
      completed = (await batchClient(url).job.getTaskCounts("j")).taskCounts.completed;
      await repair(batchClient(url), "p", troubles);
      for (; next * (total / troublesWanted) <= completed && completed < total; next += 1)
        await trouble(url, batchClient(url), "p", next, troubles);
      if (kills < 2 && completed >= ((kills + 1) * total) / 3) {
        await emulator.kill();
        kills += 1;
        url = await emulator.start();
        if (kills === 2) await writeFile(killsOver(), "");
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const seconds = (Date.now() - started) / 1000;

    const tasks = await allTasks(url);
    expect(tasks).toHaveLength(total);
    const { begun, ended, overlaps } = evidence.read();
    const wrong: string[] = [];
    let requeued = 0;
    for (const task of tasks) {
      const id = task.id ?? "";
      const { exitCode, retryCount = 0, requeueCount = 0 } = task.executionInfo ?? {};
      const [begins, ends] = [begun.get(id) ?? 0, ended.get(id) ?? 0];
      requeued += requeueCount;
      const rightOutcome = exitCode === expectedExit(indexOf(id)) && retryCount === retriesOf(indexOf(id));
      // A run that was cut off may have got anywhere; one that was not has begun and ended, once.
      const rightRuns = ends >= 1 + retryCount && ends <= begins && begins <= 1 + retryCount + requeueCount;
      if (!rightOutcome || !rightRuns || task.state !== "completed")
        wrong.push(`${id}: ${begins} begun, ${ends} ended, ${JSON.stringify(task.executionInfo)}`);
    }
    expect(wrong).toEqual([]);
    expect(overlaps).toEqual([]);
    expect([begun.size, ended.size]).toEqual([total, total]);
    const runs = (counts: Map<string, number>) => [...counts.values()].reduce((sum, count) => sum + count, 0);
    process.stdout.write(
      `soak: ${total} tasks in ${seconds.toFixed(0)} s (${(total / seconds).toFixed(0)}/s), ${JSON.stringify(troubles)}, ` +
        `${kills} kills, ${requeued} requeues, ${runs(begun)} runs begun, ${runs(ended)} ended\n`,
    );
    expect([kills, troubles.evictions > 0, troubles.reboots > 0, troubles.reimages > 0]).toEqual([
      2,
      true,
      true,
      true,
    ]);

    await leavesNothing(url, { launches: launchesBefore, handles: handlesBefore }, deadline);
  },
  limitMs,
);

/** Nothing of the tasks, then of the job, then of the pool, then of the emulator is left. */
async function leavesNothing(
  url: string,
  before: { readonly launches: readonly string[]; readonly handles: number },
  deadline: number,
): Promise<void> {
  const batch = batchClient(url);
  await poll(
    () => readdir(join(folder, "launches")),
    (names) => !names.some((name) => !before.launches.includes(name)),
    deadline,
  );
  expect(processesOf(folder).filter((line) => line.includes("run.sh"))).toEqual([]);
  // The supervisors of 16 slots keep their pipes and this client its connections, however many tasks there were.
  const handles = openHandles(emulator.pid);
  expect(handles.filter((target) => target.includes("/nodes/"))).toEqual([]);
  expect(handles.length).toBeLessThan(before.handles + 64);
  await batch.job.deleteMethod("j");
  await poll(
    () => batch.job.list(),
    (jobs) => jobs.length === 0,
    deadline,
  );
  expect(inNodes(folder, "workitems/j")).toEqual([]);
  await batch.pool.deleteMethod("p");
  await poll(
    () => batch.pool.list(),
    (pools) => pools.length === 0,
    deadline,
  );
  await poll(
    () => readdir(join(folder, "nodes")),
    (nodes) => nodes.length === 0,
    deadline,
  );
  await emulator.stop();
  expect(
    await poll(
      async () => processesOf(folder),
      (lines) => lines.length === 0,
      deadline,
    ),
  ).toEqual([]);
}
