// A forecast that was made before, beside the run: trials that sleep for declared lengths on a real local cloud, and what `simulate` said of
// the same spec by these lengths. What a trial takes beside its sleep is the deployment's: a sweep of trials that do nothing tells, as
// anybody can have it told, how long one waits for its start (which the forecast finds by itself) and takes on its node.
// Run: npm run bench -- sweeps/forecast
import { createClient } from "../../client/client.ts";
import { clusterOf, createShare, customJob } from "../../test/support/batch-ai-client.ts";
import { pause, startBenchCloud } from "../api/support/bench-cloud.ts";
import { report } from "../durable/support/measure.ts";

const nodes = 4;
const lengths = Array.from({ length: 24 }, (_, at) => 2 + ((at * 7) % 24) / 4);

/** Runs as many trials as the sweep will have, of a program that does nothing. @returns the mean of their seconds on a node. */
async function nothing(
  sweeps: ReturnType<typeof createClient>["sweeps"],
  ref: Parameters<typeof sweeps.create>[0],
  { trial, ...properties }: { readonly trial: { readonly properties: object } },
): Promise<number> {
  const idle = { ...trial.properties, customToolkitSettings: { commandLine: "true" } };
  await sweeps.create(ref, { properties: { ...properties, trial: { properties: idle } } });
  while ((await sweeps.get(ref)).properties.executionState === "running") await pause(100);
  const nodeHours = Number((await sweeps.get(ref)).properties.spent["nodeHours"]);
  return (nodeHours * 3600) / lengths.length;
}

const bench = await startBenchCloud();
try {
  const { urls, token, subscriptionId, resourceGroup } = bench.cloud.description;
  await createShare(bench.cloud);
  const clusterId = `${bench.workspace}/clusters/c`;
  await bench.api.call("PUT", clusterId, { properties: clusterOf(bench.cloud, nodes) });
  while ((await bench.api.call("GET", clusterId)).properties.nodeStateCounts.idleNodeCount < nodes)
    await pause(50);
  const { sweeps } = createClient({ endpoint: urls.api, token });
  const within = { subscriptionId, resourceGroup, workspace: "bench", experiment: "e" };
  const ref = { kind: "sweep", ...within, sweep: "s" } as const;
  const properties = {
    trial: { properties: customJob(clusterId, "sleep $PARAM_SECONDS") },
    searchSpace: { SECONDS: { type: "choice", values: lengths } },
    objective: { metric: "loss", goal: "minimize" },
    algorithm: { type: "grid", seed: 1 },
    limits: { maxTrials: lengths.length, maxConcurrentTrials: nodes },
  };
  const overhead = await nothing(sweeps, { ...ref, sweep: "nothing" }, properties);
  report({ name: "a trial that does nothing, on its node", value: overhead * 1000, unit: "ms" });
  const forecast = {
    trialDurations: lengths.map((seconds) => `PT${(seconds + overhead).toFixed(3)}S`),
    nodes,
  };
  const told = await sweeps.simulate(ref, { properties, forecast });
  await sweeps.create(ref, { properties });
  for (;;) {
    const { properties: found } = await sweeps.get(ref);
    if (found.executionState === "running") {
      await pause(200);
      continue;
    }
    const seconds = (Date.parse(found.endTime ?? "") - Date.parse(found.startTime)) / 1000;
    const nodeHours = Number(found.spent["nodeHours"]);
    report({ name: "forecast: the end", value: told.seconds.median, unit: "s" });
    report({ name: "the end", value: seconds, unit: "s" });
    const differs = (is: number, was: number) => 100 * Math.abs(is / was - 1);
    const target = { atMost: 10 };
    report({ name: "  differs by", value: differs(seconds, told.seconds.median), unit: "%", target });
    report({ name: "forecast: node time", value: told.nodeHours.median * 3600, unit: "s" });
    report({ name: "node time", value: nodeHours * 3600, unit: "s" });
    report({ name: "  differs by", value: differs(nodeHours, told.nodeHours.median), unit: "%", target });
    break;
  }
} finally {
  await bench.dispose();
}
