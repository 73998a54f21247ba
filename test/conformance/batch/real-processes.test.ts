import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { createProcessExecutor } from "../../../local/batch-emulator/agent/process-executor.ts";
import { systemClock } from "../../../local/clock.ts";
import { silentLogger } from "../../../local/logger.ts";
import { seededRandom } from "../../../local/random.ts";
import { batchClient, eventually, linuxPool, underTest } from "./emulator-under-test.ts";
import type { UnderTest } from "./emulator-under-test.ts";

const cleanUps: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const clean of cleanUps.splice(0).reverse()) await clean();
});

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "batch-test-"));
  cleanUps.push(() => rm(path, { recursive: true, force: true }));
  return path;
}

async function start(dataDirectory: string, port = 0): Promise<UnderTest> {
  const executor = createProcessExecutor({
    stateDirectory: join(dataDirectory, "launches"),
    clock: systemClock(),
    random: seededRandom(3),
    logger: silentLogger,
  });
  return underTest({ dataDirectory, port, executor });
}

test("a task's process writes where its environment says, and its output is readable while it runs", async () => {
  const t = await start(await folder());
  cleanUps.push(() => t.emulator.dispose());
  await t.batch.pool.add({ id: "p", ...linuxPool, targetDedicatedNodes: 1 });
  await t.batch.job.add({ id: "j", poolInfo: { poolId: "p" } });
  await t.batch.task.add("j", {
    id: "t",
    commandLine: `/bin/sh -c 'echo "$AZ_BATCH_TASK_ID on $AZ_BATCH_POOL_ID"; pwd > where; while [ ! -e go ]; do sleep 0.02; done; exit 3'`,
    environmentSettings: [{ name: "GREETING", value: "hello" }],
  });
  const read = async () => {
    const file = await t.batch.file.getFromTask("j", "t", "stdout.txt").catch(() => undefined);
    let text = "";
    for await (const chunk of file?.readableStreamBody ?? []) text += String(chunk);
    return text;
  };
  expect(await eventually(read, (text) => text.includes("\n"))).toBe("t on p\n");
  expect((await t.batch.task.get("j", "t")).state).toBe("running");
  await t.batch.task.terminate("j", "t");
  const task = await t.batch.task.get("j", "t");
  expect(task.executionInfo?.failureInfo?.code).toBe("TaskEnded");
  await t.emulator.idle();
  const [node] = await t.batch.computeNode.list("p");
  expect(node).toMatchObject({ state: "idle", totalTasksRun: 1, runningTasksCount: 0 });
});

test("after a restart a running task is reattached with its exit code and a queued one still runs", async () => {
  const data = await folder();
  const first = await start(data);
  await first.batch.pool.add({ id: "p", ...linuxPool, targetDedicatedNodes: 1 });
  await first.batch.job.add({ id: "j", poolInfo: { poolId: "p" } });
  const gate = join(data, "gate");
  await first.batch.task.add("j", {
    id: "long",
    commandLine: `/bin/sh -c 'echo > ${gate}.begun; while [ ! -e ${gate} ]; do sleep 0.02; done; echo ended; exit 7'`,
  });
  await eventually(
    () => first.batch.task.get("j", "long"),
    (task) => task.state === "running" && existsSync(`${gate}.begun`),
  );
  await first.batch.task.add("j", { id: "next", commandLine: "/bin/true" });
  await first.emulator.dispose({ leaveRunning: true });

  const second = await start(data);
  cleanUps.push(() => second.emulator.dispose());
  const batch = batchClient(second.emulator.url);
  expect((await batch.task.get("j", "long")).state).toBe("running");
  const { writeFile } = await import("node:fs/promises");
  await writeFile(gate, "");
  const long = await eventually(
    () => batch.task.get("j", "long"),
    (task) => task.state === "completed",
  );
  expect(long.executionInfo).toMatchObject({ exitCode: 7, requeueCount: 0 });
  const next = await eventually(
    () => batch.task.get("j", "next"),
    (task) => task.state === "completed",
  );
  expect(next.executionInfo?.result).toBe("success");
  expect(second.errors).toEqual([]);
});
