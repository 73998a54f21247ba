// One sweep in two local clouds of their own: in one it runs as it likes, the other is killed without warning again and again, and its trials are
// slower. All suggestions and stop decisions have one hash. In far more orders, in virtual time: replay/sweep-reproduction.test.ts.
import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { createClient } from "../../../client/client.ts";
import { all } from "../../../client/paging.ts";
import { batchAIClient, clusterOf, createShare, customJob, until } from "../../support/batch-ai-client.ts";
import type { Described } from "../../support/batch-ai-client.ts";
import { cloudProcess } from "../../support/cloud-process.ts";
import { touchShared } from "../../support/cluster-lab.ts";

const kills = 3;
const maxTrials = 8;

/** Three reports, which get better by the step and are a matter of the parameter alone; slowly where the share says so. */
const command = [
  "for step in 1 2 3; do",
  'echo "{\\"name\\": \\"loss\\", \\"value\\": $((PARAM_N * 10 - step)), \\"step\\": $step}" >>$AZ_BATCHAI_METRICS_FILE;',
  "if [ -e $AZ_BATCHAI_MOUNT_ROOT/files/slow ]; then sleep 0.$((PARAM_N % 7))5; fi;",
  "done",
].join(" ");

const within = { resourceGroup: "local", workspace: "lab", experiment: "e", sweep: "s" } as const;

function sweepsOf({ description: { urls, token, subscriptionId } }: Described) {
  const { sweeps } = createClient({ endpoint: urls.api, token });
  return { sweeps, ref: { kind: "sweep", subscriptionId, ...within } as const };
}

async function begin(cloud: Described, isSlow: boolean): Promise<void> {
  const client = batchAIClient(cloud);
  await createShare(cloud);
  if (isSlow) await touchShared(cloud, "slow");
  await client.workspaces.create("local", "lab", { location: "local" });
  await client.experiments.create("local", "lab", "e");
  const cluster = await client.clusters.create("local", "lab", "c", clusterOf(cloud, 3));
  const { sweeps, ref } = sweepsOf(cloud);
  await sweeps.create(ref, {
    properties: {
      trial: { properties: customJob(cluster.id ?? "", command) },
      searchSpace: { N: { type: "randint", upper: 1000 } },
      objective: { metric: "loss", goal: "minimize" },
      algorithm: { type: "tpe", seed: 5, startupTrials: 3 },
      stopping: { type: "asha", minResource: 1, reductionFactor: 2 },
      limits: { maxTrials, maxConcurrentTrials: 3 },
    },
  });
}

/** Until so many trials are over. */
async function reaches(cloud: Described, count: number): Promise<void> {
  const { sweeps, ref } = sweepsOf(cloud);
  await until(`${count} trials to be over`, async () => {
    const { counts, executionState } = (await sweeps.get(ref)).properties;
    const over = ["succeeded", "stopped", "canceled", "failed"].map((state) => Number(counts[state] ?? 0));
    const isThere = over.reduce((sum, each) => sum + each, 0) >= count;
    return isThere && (count < maxTrials || executionState !== "running") ? true : undefined;
  });
}

/** Of all that was suggested and decided. */
async function fingerprint(cloud: Described) {
  const { sweeps, ref } = sweepsOf(cloud);
  const trials = await all(sweeps.trials(ref));
  const suggestions = trials.map(({ trial, parameters }) => ({ trial, parameters }));
  const { token, urls, subscriptionId } = cloud.description;
  const path = `/subscriptions/${subscriptionId}/resourceGroups/local/providers/Microsoft.BatchAI/workspaces/lab/experiments/e/sweeps/s/decisions`;
  const answer = await fetch(`${urls.api}${path}?api-version=2026-11-01`, {
    headers: { authorization: `Bearer ${token}` },
  });
  const { value } = (await answer.json()) as { value: { trial: number; sentence: string }[] };
  const decisions = value.map(({ trial, sentence }) => `${trial} ${sentence}`).sort();
  expect(decisions.some((line) => line.includes("stopped at"))).toBe(true);
  expect(suggestions).toHaveLength(maxTrials);
  return createHash("sha256").update(JSON.stringify({ suggestions, decisions })).digest("hex");
}

it("the suggestions and decisions of a sweep have one hash, with and without kills, whatever its trials take", async () => {
  const calm = await cloudProcess();
  let expected: string;
  try {
    const cloud = await calm.start();
    await begin(cloud, false);
    await reaches(cloud, maxTrials);
    expected = await fingerprint(cloud);
  } finally {
    await calm.dispose();
  }
  const killed = await cloudProcess();
  try {
    let cloud = await killed.start();
    await begin(cloud, true);
    for (let kill = 1; kill <= kills; kill += 1) {
      await reaches(cloud, 2 * kill - 1);
      expect(await killed.stop("SIGKILL")).toBeNull();
      cloud = await killed.start();
    }
    await reaches(cloud, maxTrials);
    expect(await fingerprint(cloud)).toBe(expected);
  } finally {
    await killed.dispose();
  }
}, 300_000);
