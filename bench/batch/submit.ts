// How fast the emulator takes tasks in and answers while a hundred thousand wait: submits collections of 100 over four
// connections to an emulator in a process of its own, with its database, then lists, counts and filters.
// Arguments: [TASKS] [ROUNDS].
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { benchClient } from "./support/client.ts";
import { serve, servedEmulator } from "./support/emulator.ts";
import { cpuMs, median } from "./support/figures.ts";

const [first = "100000", second = "3", third = ""] = process.argv.slice(2);
if (first === "serve") await serve(second, third);
else {
  const accepted: number[] = [];
  for (let round = 0; round < Number(second); round += 1) accepted.push(await measure(Number(first)));
  console.log(`accepted, median of ${accepted.length}: ${Math.round(median(accepted))} tasks/s`);
}

async function measure(total: number): Promise<number> {
  const data = mkdtempSync(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "bench-batch-"));
  const emulator = await servedEmulator(fileURLToPath(import.meta.url), "idle", data);
  const client = benchClient(emulator.url, 4);
  await client.call("POST", "/jobs", "", { id: "bench", poolInfo: { poolId: "none" } });
  const cpuBefore = cpuMs(emulator.pid);
  const start = performance.now();
  await client.addTasks("bench", total, "/bin/true");
  const perSecond = (total / (performance.now() - start)) * 1000;
  const rss = await emulator.memory();
  const cpuSeconds = (cpuMs(emulator.pid) - cpuBefore) / 1000;
  console.log(
    `submitted ${total} tasks, ${Math.round(perSecond)} tasks/s; the emulator used ${cpuSeconds.toFixed(1)} s of CPU`,
  );
  console.log(`  resident memory of the emulator: ${Math.round(rss / 2 ** 20)} MB`);
  await timed("list page of 1,000", 20, () => client.call("GET", "/jobs/bench/tasks"));
  const query = "&$select=id,state,stateTransitionTime&$filter=state eq 'completed'";
  await timed("filter that finds nothing among all", 10, () =>
    client.call("GET", "/jobs/bench/tasks", query),
  );
  await timed("task counts", 50, () => client.call("GET", "/jobs/bench/taskcounts"));
  client.close();
  await emulator.stop();
  rmSync(data, { recursive: true, force: true });
  return perSecond;
}

async function timed(name: string, times: number, run: () => Promise<unknown>): Promise<void> {
  const taken: number[] = [];
  for (let index = 0; index < times; index += 1) {
    const start = performance.now();
    await run();
    taken.push(performance.now() - start);
  }
  const worst = Math.max(...taken);
  console.log(`  ${name}: median ${median(taken).toFixed(1)} ms, worst ${worst.toFixed(1)} ms`);
}
