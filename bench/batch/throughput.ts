// 5,000 no-op tasks submitted by collection over HTTP and run to their end as real processes with folders, output files,
// environment and process groups, beside a bare `spawn` loop of the same machine in the same minute. Two slots each.
// Run: npm run bench -- throughput
import { spawn } from "node:child_process";
import { createHmac } from "node:crypto";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createProcessExecutor } from "../../local/batch-emulator/agent/process-executor.ts";
import { startBatchEmulator } from "../../local/batch-emulator/index.ts";
import { systemClock } from "../../local/clock.ts";
import { silentLogger } from "../../local/logger.ts";
import { systemRandom } from "../../local/random.ts";

const total = Number(process.argv[2] ?? 5000);
const slots = 2;
const token = createHmac("sha256", "bench").update("token").digest("hex");

const bare = await bareLoop();
const emulated = await throughEmulator();
process.stdout.write(`bare spawn loop: ${Math.round(bare)} tasks/s\n`);
process.stdout.write(
  `Batch emulator: ${Math.round(emulated)} tasks/s, ${(emulated / bare).toFixed(2)} of the bare loop\n`,
);

async function bareLoop(): Promise<number> {
  let left = total;
  const lane = async () => {
    while (left > 0) {
      left -= 1;
      await new Promise((resolve) => spawn("/bin/true", { stdio: "ignore" }).once("close", resolve));
    }
  };
  const start = performance.now();
  await Promise.all(Array.from({ length: slots }, lane));
  return (total / (performance.now() - start)) * 1000;
}

async function throughEmulator(): Promise<number> {
  const folder = mkdtempSync(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "bench-throughput-"));
  const clock = systemClock();
  const random = systemRandom();
  const nothing = () => Promise.resolve();
  const emulator = await startBatchEmulator({
    dataDirectory: folder,
    port: 0,
    accountName: "devbatch",
    accountKey: Buffer.from("bench").toString("base64"),
    subscriptionId: "s",
    resourceGroup: "g",
    location: "here",
    clock,
    random,
    logger: silentLogger,
    executor: createProcessExecutor({
      stateDirectory: join(folder, "launches"),
      clock,
      random,
      logger: silentLogger,
    }),
    mounts: { attach: () => Promise.resolve({ ok: true }), flush: nothing, detach: nothing, close: nothing },
    verifyBearer: (given) => Promise.resolve(given === token),
  });
  const call = async (method: string, path: string, body?: unknown) => {
    const response = await fetch(`${emulator.url}${path}?api-version=2025-06-01`, {
      method,
      headers: { authorization: `Bearer ${token}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(text);
    return text;
  };
  const virtualMachineConfiguration = { imageReference: {}, nodeAgentSKUId: "any" };
  await call("POST", "/pools", {
    id: "p",
    vmSize: "any",
    virtualMachineConfiguration,
    targetDedicatedNodes: 1,
    taskSlotsPerNode: slots,
  });
  await call("POST", "/jobs", { id: "j", poolInfo: { poolId: "p" } });
  await new Promise((resolve) => setTimeout(resolve, 500));
  const start = performance.now();
  for (let first = 0; first < total; first += 100) {
    const value = Array.from({ length: 100 }, (_, index) => ({
      id: `t${first + index}`,
      commandLine: "/bin/true",
    }));
    await call("POST", "/jobs/j/addtaskcollection", { value });
  }
  for (;;) {
    const counts = JSON.parse(await call("GET", "/jobs/j/taskcounts")) as {
      taskCounts: { completed: number };
    };
    if (counts.taskCounts.completed >= total) break;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  const seconds = (performance.now() - start) / 1000;
  await emulator.dispose();
  rmSync(folder, { recursive: true, force: true });
  return total / seconds;
}
