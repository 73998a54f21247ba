// Sweeps on a local cloud, as a shell asks for them, whose trials take the results of equal ones; also over a kill of the whole cloud.
import { afterAll, beforeAll, expect, it } from "vitest";
import { createClient } from "../../../client/client.ts";
import { all } from "../../../client/paging.ts";
import { batchAIClient, clusterOf, createShare, customJob, until } from "../../support/batch-ai-client.ts";
import type { Described } from "../../support/batch-ai-client.ts";
import { cloudProcess } from "../../support/cloud-process.ts";
import type { CloudProcess } from "../../support/cloud-process.ts";
import { sharedText, writeShared } from "../../support/cluster-lab.ts";

let cloud: CloudProcess;
beforeAll(async () => {
  cloud = await cloudProcess();
});
afterAll(() => cloud.dispose());

const files = "$AZ_BATCHAI_MOUNT_ROOT/files";
/** Leaves a mark of its run, and reports what its data say. */
const command = [
  `echo run >>${files}/runs-$PARAM_N`,
  'read base <"$AZ_BATCHAI_INPUT_DATA/base"',
  'echo "{\\"name\\": \\"loss\\", \\"value\\": $((base + PARAM_N)), \\"step\\": 1}" >>$AZ_BATCHAI_METRICS_FILE',
  'printf $PARAM_N >"$AZ_BATCHAI_OUTPUT_MODEL/weights"',
].join("; ");

const bodyOf = (clusterId: string) => {
  const job = customJob(clusterId, command) as object;
  const inputDirectories = [{ id: "DATA", path: `${files}/data` }];
  const outputDirectories = [{ id: "MODEL", pathPrefix: files }];
  return {
    properties: {
      trial: { properties: { ...job, inputDirectories, outputDirectories, receipt: {} } },
      searchSpace: { N: { type: "choice", values: [3, 1, 4] } },
      objective: { metric: "loss", goal: "minimize" },
      algorithm: { type: "grid", seed: 1 },
      limits: { maxTrials: 3, maxConcurrentTrials: 3 },
      reuse: true,
    },
  };
};

function sweepsOf({ description: { urls, token, subscriptionId } }: Described) {
  const client = createClient({ endpoint: urls.api, token });
  const within = { subscriptionId, resourceGroup: "local", workspace: "lab", experiment: "e" };
  const named = (sweep: string) => ({ kind: "sweep", ...within, sweep }) as const;
  const over = (name: string) =>
    until(
      `the sweep ${name} to be over`,
      async () => {
        const found = await client.sweeps.get(named(name));
        return found.properties.executionState === "running" ? undefined : found.properties;
      },
      100_000,
    );
  return { client, named, over };
}

it("takes the results of equal trials, runs what an input changed for, and forgets nothing by a kill", async () => {
  const first = await cloud.start();
  const batchAI = batchAIClient(first);
  await createShare(first);
  await batchAI.workspaces.create("local", "lab", { location: "local" });
  await batchAI.experiments.create("local", "lab", "e");
  const cluster = await batchAI.clusters.create("local", "lab", "c", clusterOf(first, 3));
  const body = bodyOf(cluster.id ?? "");
  const runs = (of: Described) => Promise.all([3, 1, 4].map((value) => sharedText(of, `runs-${value}`)));
  await writeShared(first, "data/base", "10\n");
  const before = sweepsOf(first);
  await before.client.sweeps.create(before.named("one"), body);
  expect(await before.over("one")).toMatchObject({ counts: { succeeded: 3 }, reused: 0 });
  expect(await runs(first)).toEqual(["run\n", "run\n", "run\n"]);

  // Killed as soon as it is accepted: whatever was looked up by then is in its record, or is looked up again.
  await before.client.sweeps.create(before.named("two"), body);
  expect(await cloud.stop("SIGKILL")).toBeNull();
  const second = await cloud.start();
  const after = sweepsOf(second);
  expect(await after.over("two")).toMatchObject({
    executionState: "succeeded",
    counts: { succeeded: 3 },
    reused: 3,
    best: { trial: 1, value: 11 },
    spent: { nodeHours: 0 },
  });
  expect(await runs(second)).toEqual(["run\n", "run\n", "run\n"]);
  const [taken] = await all(after.client.sweeps.trials(after.named("two")));
  expect(taken?.reusedFrom).toMatch(/\/experiments\/e\/jobs\/one_0$/);
  const { kind: _, sweep: __, ...within } = after.named("two");
  const job = { kind: "job", ...within, job: "one_0" } as const;
  const left = await all(after.client.jobs.outputFiles(job, { directoryId: "MODEL" }));
  expect(left.map(({ name }) => name)).toEqual(["weights"]);

  // Other bytes of the same length.
  await writeShared(second, "data/base", "20\n");
  await after.client.sweeps.create(after.named("three"), body);
  expect(await after.over("three")).toMatchObject({ reused: 0, best: { value: 21 } });
  expect(await runs(second)).toEqual(["run\nrun\n", "run\nrun\n", "run\nrun\n"]);
  await after.client.sweeps.create(after.named("four"), body);
  expect(await after.over("four")).toMatchObject({ reused: 3, best: { value: 21 } });
}, 240_000);
