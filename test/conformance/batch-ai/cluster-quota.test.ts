// Quotas that were configured: enforced with many requests at once, told as the service of 2018 told them, and a shortage of
// processors is the cluster's trouble, not a failed creation.
import { afterAll, beforeAll, expect, it } from "vitest";
import { customJob } from "../../support/batch-ai-client.ts";
import { experiment, group, startClusterLab, workspace } from "../../support/cluster-lab.ts";
import type { ClusterLab } from "../../support/cluster-lab.ts";

let lab: ClusterLab;
beforeAll(async () => {
  lab = await startClusterLab({
    BATCHAI_QUOTA_CLUSTERS: "3",
    BATCHAI_QUOTA_ACTIVE_JOBS: "4",
    BATCHAI_QUOTA_DEDICATED_VCPUS: "6",
    BATCHAI_QUOTA_LOW_PRIORITY_VCPUS: "2",
    BATCHAI_QUOTA_FAMILY_VCPUS: "DSv3=4",
  });
});
afterAll(() => lab.cloud.dispose());

const workspacePath = () =>
  `/subscriptions/${lab.cloud.description.subscriptionId}/resourceGroups/${group}/providers/Microsoft.BatchAI/workspaces/${workspace}`;
async function usages(): Promise<ReadonlyMap<string, readonly [current: number, limit: number]>> {
  const found = await lab.client.usages.list("local");
  return new Map(
    found.map(({ name, currentValue, limit }) => [name?.value ?? "", [currentValue ?? -1, limit ?? -1]]),
  );
}

it("row 54: as many clusters and unfinished jobs as there may be, however many are asked for at once", async () => {
  const id = await lab.create("first", 0);
  const statuses = async (paths: readonly string[], properties: object) => {
    const answers = await Promise.all(paths.map((path) => lab.raw("PUT", path, { properties })));
    const refused = await Promise.all(
      answers.filter(({ status }) => status === 409).map((one) => one.json() as Promise<object>),
    );
    for (const body of refused) expect(body).toMatchObject({ error: { code: "OperationNotAllowed" } });
    return answers.map(({ status }) => status).sort();
  };
  const names = (count: number) => Array.from({ length: count }, (_, index) => `n${index}`);
  const jobs = names(12).map((name) => `${workspacePath()}/experiments/${experiment}/jobs/${name}`);
  expect(await statuses(jobs, customJob(id, "true"))).toEqual([
    ...Array<number>(4).fill(202),
    ...Array<number>(8).fill(409),
  ]);
  const clusters = names(6).map((name) => `${workspacePath()}/clusters/${name}`);
  const cluster = {
    vmSize: "STANDARD_DS1_V2",
    scaleSettings: { manual: { targetNodeCount: 0 } },
    userAccountSettings: { adminUserName: "ada", adminUserPassword: "Correct-horse-7" },
  };
  expect(await statuses(clusters, cluster)).toEqual([202, 202, 409, 409, 409, 409]);
  const used = await usages();
  expect(used.get("Clusters")).toEqual([3, 3]);
  expect(used.get("ActiveJobs")).toEqual([4, 4]);

  const made = await lab.client.clusters.listByWorkspace(group, workspace);
  await Promise.all(made.map(({ name }) => lab.client.clusters.deleteMethod(group, workspace, name ?? "")));
  const after = await usages();
  expect(after.get("Clusters")).toEqual([0, 3]);
  expect(after.get("ActiveJobs")).toEqual([0, 4]);
}, 60_000);

it("row 54: a shortage of vCPUs is an error of the cluster, which gets what is left, and the rest when it is free", async () => {
  await lab.create("big", 4);
  await lab.create("late", 3);
  await lab.idle("big", 4);
  const late = await lab.idle("late", 2);
  expect(late).toMatchObject({
    provisioningState: "succeeded",
    scaleSettings: { manual: { targetNodeCount: 3 } },
    errors: [
      {
        code: "CoreQuotaReached",
        message: expect.stringContaining("gets 2 of 3 nodes"),
        details: expect.arrayContaining([{ name: "Category", value: "quota" }]),
      },
    ],
  });
  expect((await usages()).get("Total Cluster Dedicated Regional vCPUs")).toEqual([6, 6]);
  expect((await usages()).get("Standard DSv2 Family Cluster Dedicated vCPUs")).toEqual([6, 6]);
  await lab.resize("big", 1);
  // A resize claims its processors after its answer, and nobody asks again for what was short.
  await lab.idle("big", 1);
  await lab.resize("late", 3);
  expect((await lab.idle("late", 3)).errors ?? []).toEqual([]);
  expect((await usages()).get("Total Cluster Dedicated Regional vCPUs")).toEqual([4, 6]);
  await lab.client.clusters.deleteMethod(group, workspace, "big");
  await lab.client.clusters.deleteMethod(group, workspace, "late");
});

it("row 54: families and low-priority vCPUs have limits of their own", async () => {
  await lab.create("family", 3, { vmSize: "Standard_D2s_v3" });
  await lab.create("spot", 3, { vmPriority: "lowpriority" });
  expect((await lab.idle("family", 2)).errors?.[0]?.message).toContain("vCPUs of the DSv3 family");
  expect((await lab.idle("spot", 2)).errors?.[0]?.message).toContain("low-priority vCPUs");
  const used = await usages();
  expect(used.get("Standard DSv3 Family Cluster Dedicated vCPUs")).toEqual([4, 4]);
  expect(used.get("Total Cluster LowPriority Regional vCPUs")).toEqual([2, 2]);
});
