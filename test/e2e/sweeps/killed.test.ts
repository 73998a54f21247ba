// A sweep on a local cloud that is killed without warning while trials run, and started again on the same folder.
import { afterAll, beforeAll, expect, it } from "vitest";
import { createClient } from "../../../client/client.ts";
import { all } from "../../../client/paging.ts";
import { batchAIClient, clusterOf, createShare, customJob, until } from "../../support/batch-ai-client.ts";
import type { Described } from "../../support/batch-ai-client.ts";
import { cloudProcess } from "../../support/cloud-process.ts";
import type { CloudProcess } from "../../support/cloud-process.ts";
import { sharedText, touchShared } from "../../support/cluster-lab.ts";

let cloud: CloudProcess;
beforeAll(async () => {
  cloud = await cloudProcess();
});
afterAll(() => cloud.dispose());

function sweepsOf({ description: { urls, token, subscriptionId } }: Described) {
  const client = createClient({ endpoint: urls.api, token });
  const within = { subscriptionId, resourceGroup: "local", workspace: "lab", experiment: "e" };
  return { sweeps: client.sweeps, ref: { kind: "sweep", ...within, sweep: "s" } as const };
}

const files = "$AZ_BATCHAI_MOUNT_ROOT/files";
/** Leaves a mark of its run, reports, and waits until it may end. */
const command = [
  `echo run >>${files}/runs-$PARAM_N`,
  'echo "{\\"name\\": \\"loss\\", \\"value\\": $PARAM_N, \\"step\\": 1}" >>$AZ_BATCHAI_METRICS_FILE',
  `while [ ! -e ${files}/go ]; do sleep 0.1; done`,
].join("; ");

it("a sweep goes on after a kill with the trials it had, runs none twice, and ends as planned", async () => {
  const first = await cloud.start();
  const client = batchAIClient(first);
  await createShare(first);
  await client.workspaces.create("local", "lab", { location: "local" });
  await client.experiments.create("local", "lab", "e");
  const cluster = await client.clusters.create("local", "lab", "c", clusterOf(first, 2));
  const body = {
    properties: {
      trial: { properties: customJob(cluster.id ?? "", command) },
      searchSpace: { N: { type: "choice", values: [3, 1, 4, 5] } },
      objective: { metric: "loss", goal: "minimize" },
      algorithm: { type: "grid", seed: 1 },
      limits: { maxTrials: 4, maxConcurrentTrials: 2 },
    },
  };
  const before = sweepsOf(first);
  const { suggestions } = await before.sweeps.preview(before.ref, { ...body, count: 4 });
  await before.sweeps.create(before.ref, body);
  await until("two trials to run", async () => {
    const { properties } = await before.sweeps.get(before.ref);
    return properties.counts["running"] === 2 ? true : undefined;
  });
  expect(await cloud.stop("SIGKILL")).toBeNull();

  const second = await cloud.start();
  const after = sweepsOf(second);
  await touchShared(second, "go");
  const sweep = await until("the sweep to be over", async () => {
    const found = await after.sweeps.get(after.ref);
    return found.properties.executionState === "running" ? undefined : found;
  });
  expect(sweep.properties).toMatchObject({
    executionState: "succeeded",
    counts: { succeeded: 4 },
    best: { trial: 1, value: 1 },
  });
  const trials = await all(after.sweeps.trials(after.ref));
  expect(trials.map(({ trial, parameters }) => ({ trial, parameters }))).toEqual(suggestions);
  const runs = await Promise.all([3, 1, 4, 5].map((value) => sharedText(second, `runs-${value}`)));
  expect(runs).toEqual(["run\n", "run\n", "run\n", "run\n"]);
}, 120_000);
