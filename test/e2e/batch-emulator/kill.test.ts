// The emulator is killed twice while 200 tasks run: finished work stays finished, living processes are reattached, the rest
// runs again, and no acknowledged task is lost.
import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { batchClient, linuxPool } from "../../conformance/batch/emulator-under-test.ts";
import { buildEmulatorChild, EmulatorProcess } from "./emulator-process.ts";

const taskCount = 200;
let folder: string;
let emulator: EmulatorProcess;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "batch-kill-"));
  await mkdir(join(folder, "marks"));
  emulator = new EmulatorProcess(await buildEmulatorChild("kill"), folder);
});
afterAll(async () => {
  await emulator.stop();
  await rm(folder, { recursive: true, force: true });
});

async function completedAtLeast(url: string, count: number): Promise<void> {
  const deadline = Date.now() + 50_000;
  for (;;) {
    const { taskCounts } = await batchClient(url).job.getTaskCounts("j");
    if (taskCounts.completed >= count) return;
    if (Date.now() > deadline) throw new Error(`only ${JSON.stringify(taskCounts)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

test("two kills in the middle of 200 tasks lose and repeat nothing", async () => {
  let url = await emulator.start();
  const first = batchClient(url);
  await first.pool.add({ id: "p", ...linuxPool, targetDedicatedNodes: 4, taskSlotsPerNode: 4 });
  await first.job.add({ id: "j", poolInfo: { poolId: "p" } });
  for (const half of [0, 100]) {
    const tasks = Array.from({ length: 100 }, (_, index) => ({
      id: `t${half + index}`,
      commandLine: `/bin/sh -c 'echo run >> ${folder}/marks/$AZ_BATCH_TASK_ID; sleep 0.2; exit ${(half + index) % 3}'`,
    }));
    await first.task.addCollection("j", tasks);
  }
  await completedAtLeast(url, 30);
  const done = (await first.task.list("j", { taskListOptions: { filter: "state eq 'completed'" } })).map(
    (task) => [task.id, task.executionInfo?.endTime?.getTime()],
  );
  await emulator.kill();
  url = await emulator.start();
  const second = await batchClient(url).task.list("j");
  expect(second).toHaveLength(taskCount);
  const again = new Map(second.map((task) => [task.id, task.executionInfo?.endTime?.getTime()]));
  for (const [id, endTime] of done) expect(again.get(String(id))).toBe(endTime);
  await completedAtLeast(url, 110);
  await emulator.kill();
  url = await emulator.start();
  await completedAtLeast(url, taskCount);
  const tasks = await batchClient(url).task.list("j");
  let requeued = 0;
  for (const task of tasks) {
    expect(task.executionInfo?.exitCode).toBe(Number(task.id?.slice(1)) % 3);
    const runs = (await readFile(join(folder, "marks", task.id ?? ""), "utf8")).trim().split("\n").length;
    const requeues = task.executionInfo?.requeueCount ?? 0;
    requeued += requeues;
    expect(runs).toBeGreaterThanOrEqual(1);
    expect(runs).toBeLessThanOrEqual(1 + requeues);
  }
  expect(requeued).toBeLessThanOrEqual(2 * 16);
  const nodes = await batchClient(url).computeNode.list("p");
  expect(nodes.map((node) => node.state)).toEqual(["idle", "idle", "idle", "idle"]);
}, 60_000);
