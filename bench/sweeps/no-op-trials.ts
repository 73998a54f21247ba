// Trials that do nothing, or sleep, 16 at a time: a sweep on the local cloud, beside the Batch emulator alone (the same launcher, no sweep),
// Ray Tune, and Optuna with as many worker processes, all of which start the same program. BENCH_PYTHON names a Python that has them
// (`pip install optuna "ray[tune]"`). While the sweep runs, it is read over and over: that is the API's answer time under load. `--count`
// counts requests to storage, through proxies that cost time. Where others use the machine, processor time is what can be compared.
// Run: npm run bench -- sweeps/no-op [--trials 1000] [--seconds 1] [--count]
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { createClient } from "../../client/client.ts";
import { clusterOf, createShare, customJob } from "../../test/support/batch-ai-client.ts";
import { runBareTasks } from "../api/support/bare-tasks.ts";
import { pause, startBenchCloud } from "../api/support/bench-cloud.ts";
import { byPlace, startCountedCloud, total } from "../api/support/counted-cloud.ts";
import { report } from "../durable/support/measure.ts";
import { processorTime } from "./support/processor-time.ts";

const option = (name: string, otherwise: number) =>
  process.argv.includes(name) ? Number(process.argv[process.argv.indexOf(name) + 1]) : otherwise;
const trials = option("--trials", 1000);
const seconds = option("--seconds", 0);
const slots = 16;
const counted = process.argv.includes("--count") ? await startCountedCloud() : undefined;
const bench = counted ?? (await startBenchCloud());
let ourMs: number;
let ourProcessorMs: number;
try {
  const { urls, token, subscriptionId, resourceGroup } = bench.cloud.description;
  await createShare(bench.cloud);
  const clusterId = `${bench.workspace}/clusters/slots`;
  await bench.api.call("PUT", clusterId, { properties: clusterOf(bench.cloud, slots) });
  for (;;) {
    const { properties } = await bench.api.call("GET", clusterId);
    if (properties.nodeStateCounts.idleNodeCount === slots) break;
    await pause(50);
  }
  const { sweeps } = createClient({ endpoint: urls.api, token });
  const within = { subscriptionId, resourceGroup, workspace: "bench", experiment: "e" };
  const ref = { kind: "sweep", ...within, sweep: "s" } as const;
  counted?.takeStorage();
  const usedBefore = processorTime();
  const began = performance.now();
  await sweeps.create(ref, {
    properties: {
      trial: { properties: customJob(clusterId, seconds === 0 ? "true" : `sleep ${seconds}`) },
      searchSpace: { LR: { type: "uniform", min: 0, max: 1 } },
      objective: { metric: "loss", goal: "minimize" },
      algorithm: { type: "random", seed: 1 },
      limits: { maxTrials: trials, maxConcurrentTrials: slots },
    },
  });
  const answers: number[] = [];
  let succeeded = 0;
  for (;;) {
    const start = performance.now();
    const { properties } = await sweeps.get(ref);
    answers.push(performance.now() - start);
    succeeded = Number(properties.counts["succeeded"] ?? 0);
    // It ends as failed: nothing reports its metric, as is told.
    if (properties.executionState !== "running") break;
    // What is counted is what the sweep does, not what is asked about it.
    await pause(counted === undefined ? 100 : 2_000);
  }
  const wall = performance.now() - began;
  const used = processorTime();
  ourMs = wall / trials;
  const all = (of: typeof used) => of.host + of.storage + of.nodes;
  ourProcessorMs = (all(used) - all(usedBefore)) / trials;
  answers.sort((a, b) => a - b);
  report({ name: `${trials} trials, ${slots} at a time: a trial`, value: ourMs, unit: "ms" });
  for (const who of ["host", "storage", "nodes"] as const)
    report({
      name: `  processor time of the ${who}, a trial`,
      value: (used[who] - usedBefore[who]) / trials,
      unit: "ms",
    });
  if (seconds > 0) {
    const ideal = (1000 * seconds * trials) / slots;
    report({ name: "  above the ideal", value: 100 * (wall / ideal - 1), unit: "%", target: { atMost: 5 } });
  }
  if (counted !== undefined) {
    const counts = counted.takeStorage();
    report({
      name: "  storage operations a trial",
      value: total(counts) / trials,
      unit: "",
      target: { atMost: 8 },
    });
    console.log(`     ${byPlace(counts, trials)}`);
  }
  report({
    name: "  most memory of the host's process",
    value: process.resourceUsage().maxRSS / 1024,
    unit: "MiB",
  });
  report({ name: "  trials a second", value: (1000 * trials) / wall, unit: "1/s" });
  report({ name: "  that succeeded", value: succeeded, unit: "trials", target: { atLeast: trials } });
  report({
    name: "  GET of the sweep meanwhile, p95",
    value: answers[Math.floor(answers.length * 0.95)] ?? Number.NaN,
    unit: "ms",
    target: { atMost: 50 },
  });
  if (seconds === 0 && counted === undefined)
    report({
      name: "the emulator alone: a task",
      value: (await runBareTasks(bench, trials)) / trials,
      unit: "ms",
    });
} finally {
  await bench.dispose();
}

const python = process.env["BENCH_PYTHON"];
for (const [name, file] of [
  ["Ray Tune", "ray_tune.py"],
  ["Optuna, as many worker processes", "optuna_pool.py"],
] as const) {
  if (python === undefined) break;
  const script = fileURLToPath(new URL(`../../../bench/sweeps/support/${file}`, import.meta.url));
  const run = spawnSync(python, [script, String(trials), String(slots), String(seconds)], {
    encoding: "utf8",
    // Ray Tune says something of each trial.
    maxBuffer: 2 ** 28,
  });
  if (run.status !== 0) throw new Error(`${name} did not run: ${run.stderr.slice(-1000)}`);
  const found = JSON.parse(run.stdout.trim().split("\n").at(-1) ?? "") as Record<
    "ms" | "processorMs" | "succeeded",
    number
  >;
  report({ name: `${name}: a trial`, value: found.ms, unit: "ms" });
  report({ name: "  processor time of it, a trial", value: found.processorMs, unit: "ms" });
  report({ name: "  ours takes so many times as much", value: ourProcessorMs / found.processorMs, unit: "" });
  report({ name: "  that succeeded", value: found.succeeded, unit: "trials" });
  const target = file === "ray_tune.py" && seconds === 0 ? { target: { atLeast: 2 } } : {};
  report({ name: "  ours is so many times as fast", value: found.ms / ourMs, unit: "", ...target });
}
