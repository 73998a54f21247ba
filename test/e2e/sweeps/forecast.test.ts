// A sweep that ran on a local cloud, with real processes, and the forecast of the very spec: its last trial ends as late, and it costs as
// much. How long trials and their ways to a node take is the machine's, and measured: what is looked at is what the forecast makes of them.
// How near a forecast is that was made before, by declared lengths, is for an idle machine: bench/sweeps/forecast.ts.
import { afterAll, beforeAll, expect, it } from "vitest";
import { createClient } from "../../../client/client.ts";
import { all } from "../../../client/paging.ts";
import { startLocal } from "../../../local/start.ts";
import type { LocalCloud } from "../../../local/start.ts";
import { batchAIClient, clusterOf, createShare, customJob, until } from "../../support/batch-ai-client.ts";

let cloud: LocalCloud;
beforeAll(async () => {
  cloud = await startLocal({ data: "temporary" });
}, 60_000);
afterAll(() => cloud.dispose());

it("the forecast of a sweep is within a tenth of a run of the same spec", async () => {
  const client = batchAIClient(cloud);
  await createShare(cloud);
  await client.workspaces.create("local", "lab", { location: "local" });
  await client.experiments.create("local", "lab", "e");
  const cluster = await client.clusters.create("local", "lab", "c", clusterOf(cloud, 3));
  const { urls, token, subscriptionId } = cloud.description;
  const { sweeps } = createClient({ endpoint: urls.api, token });
  const within = { subscriptionId, resourceGroup: "local", workspace: "lab", experiment: "e" };
  const ref = { kind: "sweep", ...within, sweep: "s" } as const;
  const price = 3_600;
  await sweeps.create(ref, {
    properties: {
      trial: { properties: customJob(cluster.id ?? "", "sleep $PARAM_SECONDS") },
      searchSpace: { SECONDS: { type: "choice", values: [1, 3, 2, 4, 1.5, 2.5, 3.5, 0.5, 2.2, 0.8] } },
      objective: { metric: "loss", goal: "minimize" },
      algorithm: { type: "grid", seed: 1 },
      limits: { maxTrials: 10, maxConcurrentTrials: 3, trialTimeout: "PT10M" },
      budget: { amount: 10_000, currency: "EUR", pricePerNodeHour: price, pricedOn: "2026-11-01" },
    },
  });
  const { properties } = await until("the sweep to be over", async () => {
    const found = await sweeps.get(ref);
    return found.properties.executionState === "running" ? undefined : found;
  });
  expect(properties.counts).toEqual({ succeeded: 10 });
  const told = await sweeps.simulate(ref, { forecast: {} });
  expect(told).toMatchObject({ measuredTrials: 10, currency: "EUR", trials: { median: 10 } });
  const ends = (await all(sweeps.trials(ref))).map(({ endTime }) => Date.parse(String(endTime)));
  const tookSeconds = (Math.max(...ends) - Date.parse(properties.startTime)) / 1000;
  const cost = Number(properties.spent["amount"]);
  // Ten trials slept 21 seconds together, three at a time.
  expect(cost).toBeGreaterThan(21);
  expect(tookSeconds).toBeGreaterThan(21 / 3);
  for (const ratio of [told.seconds.median / tookSeconds, (told.amount?.median ?? 0) / cost])
    expect(Math.abs(ratio - 1), JSON.stringify({ told, tookSeconds, cost })).toBeLessThan(0.1);
}, 120_000);
