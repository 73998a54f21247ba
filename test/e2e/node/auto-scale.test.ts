// Auto scale through the whole service: from nothing to what the work needs, within bounds, and back.
import { afterAll, beforeAll, expect, it } from "vitest";
import { startLocal } from "../../../local/start.ts";
import type { LocalCloud } from "../../../local/start.ts";
import { batchAIClient, clusterOf, createShare, customJob, until } from "../../support/batch-ai-client.ts";
import { touchShared } from "../../support/cluster-lab.ts";

let cloud: LocalCloud;
beforeAll(async () => {
  cloud = await startLocal({ data: "temporary", appSettings: { BATCHAI_IDLE_NODE_GRACE_MS: "1500" } });
});
afterAll(() => cloud.dispose());

it("a cluster grows for its jobs within its bounds, keeps nodes a while, and shrinks to its minimum", async () => {
  const client = batchAIClient(cloud);
  await createShare(cloud);
  await client.workspaces.create("local", "lab", { location: "local" });
  await client.experiments.create("local", "lab", "e");
  const autoScale = { minimumNodeCount: 0, maximumNodeCount: 2 };
  const cluster = await client.clusters.create("local", "lab", "auto", {
    ...clusterOf(cloud, 0),
    scaleSettings: { autoScale },
  });
  expect(cluster.currentNodeCount).toBe(0);
  const names = ["a", "b", "c", "d"];
  const untilReleased = "while [ ! -e $AZ_BATCHAI_MOUNT_ROOT/files/go ]; do sleep 0.1; done";
  for (const name of names) {
    await client.jobs.create("local", "lab", "e", name, customJob(cluster.id ?? "", untilReleased));
  }
  let most = 0;
  const look = async () => {
    const found = await client.clusters.get("local", "lab", "auto");
    most = Math.max(most, found.currentNodeCount ?? 0);
    return found;
  };
  await until("all the nodes there may be to work", async () => {
    const { allocationState, nodeStateCounts } = await look();
    return allocationState === "steady" && nodeStateCounts?.runningNodeCount === 2 ? true : undefined;
  });
  await touchShared(cloud, "go");
  await until(
    "all jobs",
    async () => {
      await look();
      const jobs = await client.jobs.listByExperiment("local", "lab", "e");
      return jobs.every(({ executionState }) => executionState === "succeeded") ? true : undefined;
    },
    60_000,
  );
  expect(most).toBe(2);
  const empty = await until("the last node to go", async () => {
    const found = await client.clusters.get("local", "lab", "auto");
    return found.currentNodeCount === 0 && found.allocationState === "steady" ? found : undefined;
  });
  expect(empty.scaleSettings).toEqual({ autoScale: { ...autoScale, initialNodeCount: 0 } });

  await client.clusters.update("local", "lab", "auto", { scaleSettings: { manual: { targetNodeCount: 1 } } });
  await until("the manual node", async () => {
    const found = await client.clusters.get("local", "lab", "auto");
    return found.nodeStateCounts?.idleNodeCount === 1 ? true : undefined;
  });
  await client.clusters.update("local", "lab", "auto", { scaleSettings: { autoScale } });
  await until("the manual node to go again", async () => {
    const found = await client.clusters.get("local", "lab", "auto");
    return found.currentNodeCount === 0 ? true : undefined;
  });
}, 120_000);
