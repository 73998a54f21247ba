// The genuine client @azure/arm-batchai 2.2.1, with its default options, takes a job from nothing to its output.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { BatchAIManagementClient } from "@azure/arm-batchai";
import { startLocal } from "../../../local/start.ts";
import type { LocalCloud } from "../../../local/start.ts";
import { batchAIClient, clusterOf, createShare, customJob, until } from "../../support/batch-ai-client.ts";

let cloud: LocalCloud;
let client: BatchAIManagementClient;
let clusterId: string;
const [group, workspace, experiment] = ["local", "lab", "first"];

beforeAll(async () => {
  cloud = await startLocal({ data: "temporary" });
  client = batchAIClient(cloud);
  await createShare(cloud);
  await client.workspaces.create(group, workspace, { location: "local" });
  await client.experiments.create(group, workspace, experiment);
  const cluster = await client.clusters.create(group, workspace, "two", clusterOf(cloud, 2));
  clusterId = cluster.id ?? "";
});
afterAll(() => cloud.dispose());

async function finished(job: string) {
  return until(`the end of job ${job}`, async () => {
    const found = await client.jobs.get(group, workspace, experiment, job);
    return found.executionState === "succeeded" || found.executionState === "failed" ? found : undefined;
  });
}

async function output(job: string, file: string): Promise<string> {
  const files = await client.jobs.listOutputFiles(group, workspace, experiment, job, {
    outputdirectoryid: "stdouterr",
  });
  const url = files.find(({ name }) => name === file)?.downloadUrl;
  return url === undefined ? "" : (await fetch(url)).text();
}

describe("a workspace", () => {
  it("is created at once, twice with the same result, and is listed", async () => {
    const first = await client.workspaces.get(group, workspace);
    const again = await client.workspaces.create(group, workspace, { location: "local" });
    expect(again.creationTime).toEqual(first.creationTime);
    expect(again.provisioningState).toBe("succeeded");
    expect((await client.workspaces.list()).map(({ name }) => name)).toContain(workspace);
    expect((await client.workspaces.listByResourceGroup(group)).map(({ name }) => name)).toContain(workspace);
  });

  it("takes tags and keeps its location", async () => {
    const tagged = await client.workspaces.update(group, workspace, { tags: { team: "vision" } });
    expect(tagged.tags).toEqual({ team: "vision" });
    expect(tagged.location).toBe("local");
  });
});

describe("a cluster", () => {
  it("reaches its target with every count present, and shows no secret", async () => {
    const cluster = await until("two idle nodes", async () => {
      const found = await client.clusters.get(group, workspace, "two");
      return found.nodeStateCounts?.idleNodeCount === 2 && found.allocationState === "steady"
        ? found
        : undefined;
    });
    expect(cluster.currentNodeCount).toBe(2);
    expect(cluster.vmPriority).toBe("dedicated");
    expect(JSON.stringify(cluster)).not.toContain(cloud.description.storageAccount.key);
    expect(JSON.stringify(cluster)).not.toContain("Correct-horse-7");
    expect(cluster.nodeSetup?.mountVolumes?.azureFileShares?.[0]?.credentials).toEqual({});
  });

  it("is resized by an update that answers at once", async () => {
    await client.clusters.create(group, workspace, "elastic", clusterOf(cloud, 0));
    const updated = await client.clusters.update(group, workspace, "elastic", {
      scaleSettings: { manual: { targetNodeCount: 1 } },
    });
    expect(updated.scaleSettings?.manual?.targetNodeCount).toBe(1);
    const idle = async (count: number) =>
      until(`${count} idle nodes`, async () => {
        const found = await client.clusters.get(group, workspace, "elastic");
        return found.nodeStateCounts?.idleNodeCount === count && found.allocationState === "steady"
          ? found
          : undefined;
      });
    await idle(1);
    await client.clusters.update(group, workspace, "elastic", {
      scaleSettings: { manual: { targetNodeCount: 0 } },
    });
    await idle(0);
    await client.clusters.deleteMethod(group, workspace, "elastic");
    await expect(client.clusters.get(group, workspace, "elastic")).rejects.toMatchObject({
      statusCode: 404,
      code: "ClusterNotFound",
    });
  });
});

describe("a job", () => {
  it("is created without the client's pause of 30 s, runs, and its output is downloaded", async () => {
    const spec = customJob(clusterId, "echo hello from $GREETER; echo trouble >&2", {
      environmentVariables: [{ name: "GREETER", value: "a node" }],
    });
    const poller = await client.jobs.beginCreate(group, workspace, experiment, "hello", spec);
    expect(poller.isFinished(), "the client has nothing to wait for").toBe(true);
    const created = await client.jobs.get(group, workspace, experiment, "hello");
    expect(created.provisioningState).toBe("succeeded");
    expect(created.toolType).toBe("custom");
    const job = await finished("hello");
    expect(job.executionState).toBe("succeeded");
    expect(job.executionInfo).toMatchObject({ exitCode: 0 });
    expect(job.executionInfo?.startTime).toBeInstanceOf(Date);
    expect(job.executionInfo?.endTime).toBeInstanceOf(Date);
    expect(await output("hello", "stdout.txt")).toBe("hello from a node\n");
    expect(await output("hello", "stderr.txt")).toBe("trouble\n");
    expect(job.environmentVariables).toEqual([{ name: "GREETER", value: "a node" }]);
  });

  it("ends failed with the tool's exit code", async () => {
    await client.jobs.create(group, workspace, experiment, "seven", customJob(clusterId, "exit 7"));
    const job = await finished("seven");
    expect(job.executionState).toBe("failed");
    expect(job.executionInfo?.exitCode).toBe(7);
    expect(job.executionInfo?.errors?.[0]?.code).toBe("JobFailed");
  });

  it("prepares every node before the tool, and fails when a preparation fails", async () => {
    const prepared = customJob(clusterId, "cat $AZ_BATCHAI_JOB_TEMP/prepared", {
      nodeCount: 2,
      jobPreparation: { commandLine: "echo yes > $AZ_BATCHAI_JOB_TEMP/prepared; echo preparing" },
    });
    await client.jobs.create(group, workspace, experiment, "prepared", prepared);
    expect((await finished("prepared")).executionState).toBe("succeeded");
    expect(await output("prepared", "stdout.txt")).toBe("yes\n");
    const listed = await client.jobs.listOutputFiles(group, workspace, experiment, "prepared", {
      outputdirectoryid: "stdouterr",
    });
    const logs = listed.map(({ name = "" }) => name).filter((name) => name.startsWith("stdout-job_prep-"));
    expect(logs).toHaveLength(2);
    for (const log of logs) expect(await output("prepared", log)).toContain("preparing");

    const broken = customJob(clusterId, "true", { jobPreparation: { commandLine: "exit 3" } });
    await client.jobs.create(group, workspace, experiment, "unprepared", broken);
    const job = await finished("unprepared");
    expect(job.executionState).toBe("failed");
    expect(job.executionInfo?.errors?.[0]?.code).toBe("JobPreparationFailed");
  });

  it("runs one process per rank over two nodes with the PyTorch toolkit", async () => {
    const spec = {
      cluster: { id: clusterId },
      nodeCount: 2,
      stdOutErrPathPrefix: "$AZ_BATCHAI_MOUNT_ROOT/files",
      inputDirectories: [{ id: "CODE", path: "$AZ_BATCHAI_MOUNT_ROOT/files" }],
      jobPreparation: {
        commandLine: `echo 'echo rank $AZ_BATCHAI_TASK_INDEX on $AZ_BATCH_NODE_ID; touch $AZ_BATCHAI_OUTPUT_SEEN/$AZ_BATCHAI_TASK_INDEX' > $AZ_BATCHAI_JOB_TEMP/rank.sh`,
      },
      outputDirectories: [{ id: "SEEN", pathPrefix: "$AZ_BATCHAI_MOUNT_ROOT/files", pathSuffix: "seen" }],
      pyTorchSettings: {
        pythonScriptFilePath: "$AZ_BATCHAI_JOB_TEMP/rank.sh",
        pythonInterpreterPath: "/bin/sh",
        processCount: 4,
        communicationBackend: "gloo",
      },
    };
    await client.jobs.create(group, workspace, experiment, "ranks", spec);
    const job = await finished("ranks");
    expect(job.executionInfo?.errors ?? []).toEqual([]);
    expect(job.executionState).toBe("succeeded");
    const seen = await client.jobs.listOutputFiles(group, workspace, experiment, "ranks", {
      outputdirectoryid: "SEEN",
    });
    expect(seen.map(({ name }) => name)).toEqual(["0", "1", "2", "3"]);
  });

  it("is terminated while it runs, and a terminated job stays as it is", async () => {
    await client.jobs.create(
      group,
      workspace,
      experiment,
      "endless",
      customJob(clusterId, "echo started; sleep 600"),
    );
    await until("its first line", async () =>
      (await output("endless", "stdout.txt")) === "" ? undefined : true,
    );
    await client.jobs.terminate(group, workspace, experiment, "endless");
    const job = await finished("endless");
    expect(job.executionState).toBe("failed");
    expect(job.executionInfo?.exitCode).toBeUndefined();
    expect(job.executionInfo?.errors?.[0]?.code).toBe("JobTerminated");
    await client.jobs.terminate(group, workspace, experiment, "endless");
    expect((await client.jobs.get(group, workspace, experiment, "endless")).executionInfo).toEqual(
      job.executionInfo,
    );
  });

  it("disappears with its deletion, even while it runs, and its name can be used again", async () => {
    const spec = customJob(clusterId, "sleep 600");
    const first = await client.jobs.create(group, workspace, experiment, "again", spec);
    await client.jobs.deleteMethod(group, workspace, experiment, "again");
    await expect(client.jobs.get(group, workspace, experiment, "again")).rejects.toMatchObject({
      statusCode: 404,
      code: "JobNotFound",
    });
    const second = await client.jobs.create(
      group,
      workspace,
      experiment,
      "again",
      customJob(clusterId, "true"),
    );
    expect(second.jobOutputDirectoryPathSegment).not.toBe(first.jobOutputDirectoryPathSegment);
    expect((await finished("again")).executionState).toBe("succeeded");
    await client.jobs.deleteMethod(group, workspace, experiment, "never-was");
  });

  it("waits for nodes that do not exist yet", async () => {
    const empty = await client.clusters.create(group, workspace, "later", clusterOf(cloud, 0));
    await client.jobs.create(
      group,
      workspace,
      experiment,
      "patient",
      customJob(empty.id ?? "", "echo at last"),
    );
    expect((await client.jobs.get(group, workspace, experiment, "patient")).executionState).toBe("queued");
    await client.clusters.update(group, workspace, "later", {
      scaleSettings: { manual: { targetNodeCount: 1 } },
    });
    expect((await finished("patient")).executionState).toBe("succeeded");
  });
});
