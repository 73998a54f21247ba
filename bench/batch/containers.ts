// Container tasks per second on two slots, with podman (or the engine that BATCH_CONTAINER_CLI names) on a node root on
// tmpfs, beside two bare loops of the engine's own `run` in the same minute. The target is 6 a second.
// Run: npm run bench -- batch/containers
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { withContainers } from "../../local/batch-emulator/agent/container-executor.ts";
import { findContainerEngine } from "../../local/batch-emulator/agent/container-engine.ts";
import type { ContainerEngine } from "../../local/batch-emulator/agent/container-engine.ts";
import { createProcessExecutor } from "../../local/batch-emulator/agent/process-executor.ts";
import { startBatchEmulator } from "../../local/batch-emulator/index.ts";
import { systemClock } from "../../local/clock.ts";
import { silentLogger } from "../../local/logger.ts";
import { systemRandom } from "../../local/random.ts";
import { findPodman } from "../../test/support/container-engines.ts";

const total = Number(process.argv[2] ?? 60);
const rounds = 3;
const slots = 2;
const target = 6;
const print = (line: string) => process.stdout.write(`${line}\n`);
const median = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

const { podman, reason } = findPodman();
if (podman === undefined) print(`skipped: no container can run here (${reason})`);
else
  try {
    await measure(podman);
  } finally {
    podman.dispose();
  }

async function measure({ command, runOptions, image }: NonNullable<typeof podman>): Promise<void> {
  const engine = await findContainerEngine({ command, runOptions, environment: process.env });
  if (engine === undefined) throw new Error("podman does not answer");
  const [bare, emulated]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round += 1) {
    bare.push(await bareLoop(engine, image));
    emulated.push(await throughEmulator(engine, image));
  }
  const [loop, rate] = [median(bare), median(emulated)];
  print(`bare podman run, ${slots} at a time: ${loop.toFixed(1)} containers/s`);
  print(`Batch emulator: ${rate.toFixed(1)} container tasks/s, ${(rate / loop).toFixed(2)} of the bare loop`);
  print(`target of ${target}/s: ${rate >= target ? "reached" : "missed"}`);
}

async function bareLoop(engine: ContainerEngine, image: string): Promise<number> {
  let left = total;
  const lane = async () => {
    while (left > 0) {
      left -= 1;
      await engine.call(["run", "--rm", ...engine.runOptions, image, "/bin/true"]);
    }
  };
  const start = performance.now();
  await Promise.all(Array.from({ length: slots }, lane));
  return (total / (performance.now() - start)) * 1000;
}

async function throughEmulator(engine: ContainerEngine, image: string): Promise<number> {
  const folder = mkdtempSync(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "bench-containers-"));
  const shared = { clock: systemClock(), random: systemRandom(), logger: silentLogger };
  const inner = createProcessExecutor({ stateDirectory: join(folder, "tasks"), ...shared });
  const nothing = () => Promise.resolve();
  const emulator = await startBatchEmulator({
    dataDirectory: join(folder, "data"),
    port: 0,
    accountName: "devbatch",
    accountKey: Buffer.from("bench").toString("base64"),
    subscriptionId: "s",
    resourceGroup: "g",
    location: "here",
    ...shared,
    executor: withContainers({ inner, engine, directory: join(folder, "containers"), ...shared }),
    mounts: { attach: () => Promise.resolve({ ok: true }), flush: nothing, detach: nothing, close: nothing },
    verifyBearer: () => Promise.resolve("allowed"),
  });
  try {
    return await runTasks(emulator.url, image);
  } finally {
    await emulator.dispose();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function runTasks(url: string, image: string): Promise<number> {
  const call = async (method: string, path: string, body?: unknown) => {
    const response = await fetch(`${url}${path}?api-version=2025-06-01`, {
      method,
      headers: { authorization: "Bearer bench" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(text);
    return text === "" ? {} : (JSON.parse(text) as Record<string, unknown>);
  };
  const until = async (path: string, done: (answer: Record<string, unknown>) => boolean) => {
    while (!done(await call("GET", path))) await new Promise((resolve) => setTimeout(resolve, 25));
  };
  await call("POST", "/pools", {
    id: "p",
    vmSize: "any",
    virtualMachineConfiguration: {
      imageReference: {},
      nodeAgentSKUId: "any",
      containerConfiguration: { type: "dockerCompatible", containerImageNames: [image] },
    },
    targetDedicatedNodes: 1,
    taskSlotsPerNode: slots,
  });
  await call("POST", "/jobs", { id: "j", poolInfo: { poolId: "p" } });
  await until("/pools/p/nodes", ({ value }) => (value as { state: string }[])[0]?.state === "idle");
  const start = performance.now();
  await call("POST", "/jobs/j/addtaskcollection", {
    value: Array.from({ length: total }, (_, index) => ({
      id: `t${index}`,
      commandLine: "/bin/true",
      containerSettings: { imageName: image },
    })),
  });
  await until("/jobs/j/taskcounts", (answer) => {
    const { completed, failed } = answer["taskCounts"] as { completed: number; failed: number };
    if (failed > 0) throw new Error("a container task failed");
    return completed >= total;
  });
  return (total / (performance.now() - start)) * 1000;
}
