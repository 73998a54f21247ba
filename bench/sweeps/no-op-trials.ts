// Trials that do nothing, 16 at a time: a sweep on the local cloud, beside Optuna with as many worker processes that each start
// the same program. BENCH_PYTHON names a Python that has Optuna; without it ours stands alone. While the sweep runs, it is read
// over and over: that is the API's answer time under load. Run: npm run bench -- sweeps/no-op [--trials 1000]
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { createClient } from "../../client/client.ts";
import { clusterOf, createShare, customJob } from "../../test/support/batch-ai-client.ts";
import { pause, startBenchCloud } from "../api/support/bench-cloud.ts";
import { report } from "../durable/support/measure.ts";

const trials = Number(process.argv[process.argv.indexOf("--trials") + 1] || 1000) || 1000;
const slots = 16;
const bench = await startBenchCloud();
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
  const began = performance.now();
  await sweeps.create(ref, {
    properties: {
      trial: { properties: customJob(clusterId, "true") },
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
    await pause(100);
  }
  const wall = performance.now() - began;
  answers.sort((a, b) => a - b);
  report({ name: `${trials} trials, ${slots} at a time: a trial`, value: wall / trials, unit: "ms" });
  report({ name: "  trials a second", value: (1000 * trials) / wall, unit: "1/s" });
  report({ name: "  that succeeded", value: succeeded, unit: "trials", target: { atLeast: trials } });
  report({
    name: "  GET of the sweep meanwhile, p95",
    value: answers[Math.floor(answers.length * 0.95)] ?? Number.NaN,
    unit: "ms",
    target: { atMost: 50 },
  });
} finally {
  await bench.dispose();
}

const python = process.env["BENCH_PYTHON"];
if (python !== undefined) {
  const script = fileURLToPath(new URL("../../../bench/sweeps/support/optuna_pool.py", import.meta.url));
  const run = spawnSync(python, [script, String(trials), String(slots)], { encoding: "utf8" });
  if (run.status !== 0) throw new Error(`Optuna did not run: ${run.stderr.slice(-500)}`);
  report({ name: "Optuna, as many worker processes: a trial", value: Number(run.stdout), unit: "ms" });
}
