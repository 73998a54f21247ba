// When jobs start, and what takes their nodes away, on real nodes and through the genuine client. The rules themselves
// are proved in test/replay/queue-story.test.ts and test/unit/domain/job/queue.test.ts.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { place, startJobLab } from "../../support/job-lab.ts";
import type { Job, JobLab } from "../../support/job-lab.ts";

const [group, workspace] = place;
let lab: JobLab;

beforeAll(async () => {
  lab = await startJobLab();
});
afterAll(() => lab.dispose());

const startOf = (job: Job) => job.executionInfo?.startTime?.getTime() ?? Number.NaN;
const endOf = (job: Job) => job.executionInfo?.endTime?.getTime() ?? Number.NaN;
/** Runs until the file of that name is on the share. */
const untilFile = (name: string) =>
  `echo started; while [ ! -e "$AZ_BATCHAI_MOUNT_ROOT/files/${name}" ]; do sleep 0.1; done`;
const resize = (
  cluster: string,
  manual: {
    targetNodeCount: number;
    nodeDeallocationOption?: "requeue" | "terminate" | "waitforjobcompletion";
  },
) => lab.client.clusters.update(group, workspace, cluster, { scaleSettings: { manual } });

/** Lets go the jobs that wait for the file. */
async function release(name: string): Promise<void> {
  const { ShareServiceClient, StorageSharedKeyCredential } = await import("@azure/storage-file-share");
  const { storageAccount, urls } = lab.cloud.description;
  const key = new StorageSharedKeyCredential(storageAccount.name, storageAccount.key);
  const share = new ShareServiceClient(urls.file, key).getShareClient("results");
  await share.rootDirectoryClient.createFile(name, 1);
}

describe("jobs on a cluster", () => {
  it("row 79: start by priority, then by age, whatever their names", { timeout: 60_000 }, async () => {
    const cluster = await lab.cluster("one", 1);
    await lab.submit("blocker", cluster, untilFile("go-79"));
    await lab.reaches("blocker", "running");
    await lab.submit("low", cluster, "true", { schedulingPriority: "low" });
    await lab.submit("z-normal", cluster, "true");
    await lab.submit("a-normal", cluster, "true");
    await lab.submit("high", cluster, "true", { schedulingPriority: "high" });
    await release("go-79");
    const jobs = await Promise.all(["high", "z-normal", "a-normal", "low"].map((name) => lab.finished(name)));
    expect(jobs.map(({ executionState }) => executionState)).toEqual(Array(4).fill("succeeded"));
    const starts = jobs.map(startOf);
    expect(starts).toEqual(starts.toSorted((a, b) => a - b));
  });

  it(
    "row 80: of two nodes each share three nodes without waiting for each other, and a small one passes meanwhile",
    { timeout: 60_000 },
    async () => {
      const cluster = await lab.cluster("three", 3);
      await lab.submit("gang-1", cluster, untilFile("go-80"), { nodeCount: 2 });
      await lab.reaches("gang-1", "running");
      await lab.submit("gang-2", cluster, "true", { nodeCount: 2 });
      await lab.submit("small", cluster, "true");
      expect((await lab.finished("small")).executionState).toBe("succeeded");
      expect((await lab.client.jobs.get(...place, "gang-2")).executionState).toBe("queued");
      await release("go-80");
      const [first, second] = await Promise.all([lab.finished("gang-1"), lab.finished("gang-2")]);
      expect(startOf(second)).toBeGreaterThanOrEqual(endOf(first));
      expect(second.executionState).toBe("succeeded");
    },
  );

  it("row 81: wait on a cluster without nodes, and run after a resize", { timeout: 60_000 }, async () => {
    const cluster = await lab.cluster("empty", 0);
    await lab.submit("waits", cluster, "echo at last");
    const waiting = await lab.client.jobs.get(...place, "waits");
    expect(waiting.executionState).toBe("queued");
    expect(waiting.executionInfo).toBeUndefined();
    await resize("empty", { targetNodeCount: 1 });
    expect((await lab.finished("waits")).executionState).toBe("succeeded");
  });

  it("row 82: run a custom command once, on the first of their nodes", { timeout: 60_000 }, async () => {
    const cluster = await lab.cluster("pair", 2);
    await lab.submit("once", cluster, "echo on $AZ_BATCH_NODE_ID", { nodeCount: 2 });
    expect((await lab.finished("once")).executionState).toBe("succeeded");
    expect((await lab.read("once", "stdout.txt")).trim().split("\n")).toHaveLength(1);
  });

  it("row 78: end failed when they run longer than they may", { timeout: 120_000 }, async () => {
    const cluster = await lab.cluster("clock", 1);
    const more = { constraints: { maxWallClockTime: "PT3S" } };
    await lab.submit("endless", cluster, "echo started; sleep 600", more);
    const job = await lab.finished("endless");
    expect(job.executionState).toBe("failed");
    expect(job.executionInfo?.exitCode).toBeUndefined();
    expect(job.executionInfo?.errors?.[0]?.code).toBe("JobExceededMaxWallClockTime");
    expect(endOf(job) - startOf(job)).toBeGreaterThanOrEqual(3_000);
    await lab.submit("after", cluster, "true");
    expect((await lab.finished("after")).executionState, "the node is free again").toBe("succeeded");
  });
});

describe("a cluster that shrinks", () => {
  it(
    "row 32: with requeue puts the running job back, which runs again later",
    { timeout: 60_000 },
    async () => {
      const cluster = await lab.cluster("requeue", 1);
      await lab.submit("again", cluster, untilFile("go-32"));
      const before = startOf(await lab.reaches("again", "running"));
      await resize("requeue", { targetNodeCount: 0, nodeDeallocationOption: "requeue" });
      const queued = await lab.reaches("again", "queued");
      expect(queued.executionInfo?.errors ?? []).toEqual([]);
      await resize("requeue", { targetNodeCount: 1 });
      expect(startOf(await lab.reaches("again", "running"))).toBeGreaterThan(before);
      await release("go-32");
      expect((await lab.finished("again")).executionState).toBe("succeeded");
    },
  );

  it(
    "row 33: with terminate ends the running job failed, and does not run it again",
    { timeout: 60_000 },
    async () => {
      const cluster = await lab.cluster("terminate", 1);
      await lab.submit("cut", cluster, untilFile("never"));
      await lab.reaches("cut", "running");
      await resize("terminate", { targetNodeCount: 0, nodeDeallocationOption: "terminate" });
      const job = await lab.finished("cut");
      expect(job.executionState).toBe("failed");
      expect(job.executionInfo?.errors?.[0]?.code).toBe("JobNodeDeallocated");
      await resize("terminate", { targetNodeCount: 1 });
      await lab.submit("other", cluster, "true");
      await lab.finished("other");
      expect((await lab.client.jobs.get(...place, "cut")).executionInfo).toEqual(job.executionInfo);
    },
  );

  it(
    "row 34: with waitforjobcompletion lets the job complete; nothing new starts meanwhile",
    { timeout: 60_000 },
    async () => {
      const cluster = await lab.cluster("patient", 1);
      await lab.submit("completes", cluster, untilFile("go-34"));
      await lab.reaches("completes", "running");
      await lab.submit("next", cluster, "true");
      await resize("patient", { targetNodeCount: 0, nodeDeallocationOption: "waitforjobcompletion" });
      await release("go-34");
      expect((await lab.finished("completes")).executionInfo).toMatchObject({ exitCode: 0 });
      expect((await lab.client.jobs.get(...place, "next")).executionState).toBe("queued");
      await resize("patient", { targetNodeCount: 1 });
      expect((await lab.finished("next")).executionState).toBe("succeeded");
    },
  );
});
