// What happens on nodes, through the whole service: setup task, preparation and processes on several nodes.
import { ShareServiceClient, StorageSharedKeyCredential } from "@azure/storage-file-share";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startLocal } from "../../../local/start.ts";
import type { LocalCloud } from "../../../local/start.ts";
import type { JobCreate } from "../../support/batch-ai-client.ts";
import { batchAIClient, clusterOf, createShare, customJob, until } from "../../support/batch-ai-client.ts";

let cloud: LocalCloud;
let client: ReturnType<typeof batchAIClient>;

beforeAll(async () => {
  cloud = await startLocal({ data: "temporary" });
  client = batchAIClient(cloud);
  await createShare(cloud);
  await client.workspaces.create("local", "lab", { location: "local" });
  await client.experiments.create("local", "lab", "e");
});
afterAll(() => cloud.dispose());

async function createCluster(name: string, setupCommand: string) {
  const parameters = clusterOf(cloud, 2);
  const setupTask = {
    commandLine: setupCommand,
    stdOutErrPathPrefix: "$AZ_BATCHAI_MOUNT_ROOT/files",
    environmentVariables: [{ name: "WORD", value: "it's set up" }],
  };
  return client.clusters.create("local", "lab", name, {
    ...parameters,
    nodeSetup: { ...parameters.nodeSetup, setupTask },
  });
}

async function runJob(clusterId: string, name: string, commandLine: string, more: Partial<JobCreate>) {
  await client.jobs.create("local", "lab", "e", name, customJob(clusterId, commandLine, more));
  return ended(name);
}

async function ended(name: string) {
  return until(
    `the end of ${name}`,
    async () => {
      const job = await client.jobs.get("local", "lab", "e", name);
      return job.executionState === "succeeded" || job.executionState === "failed" ? job : undefined;
    },
    30_000,
  );
}

async function outputOf(job: string, file: string): Promise<string> {
  const files = await client.jobs.listOutputFiles("local", "lab", "e", job, {
    outputdirectoryid: "stdouterr",
  });
  const url = files.find(({ name }) => name === file)?.downloadUrl;
  if (url === undefined) throw new Error(`job ${job} has no file ${file}`);
  return (await fetch(url)).text();
}

async function filesOfShare(directory: string, share = "results"): Promise<Record<string, string>> {
  const { name, key } = cloud.description.storageAccount;
  const service = new ShareServiceClient(
    cloud.description.urls.file,
    new StorageSharedKeyCredential(name, key),
  );
  const folder = service.getShareClient(share).getDirectoryClient(directory);
  const found: Record<string, string> = {};
  for await (const item of folder.listFilesAndDirectories()) {
    if (item.kind === "file")
      found[item.name] = (await folder.getFileClient(item.name).downloadToBuffer()).toString();
  }
  return found;
}

describe("a job on two nodes", () => {
  const script = (text: string) => ({
    pythonInterpreterPath: "/bin/sh",
    pythonScriptFilePath: "-c",
    commandLineArgs: `'${text}'`,
  });

  it("has a rank on each, which meet at one address, and mounts of its own on each", async () => {
    const cluster = await client.clusters.create("local", "lab", "ranks", clusterOf(cloud, 2));
    const { name, key } = cloud.description.storageAccount;
    await createShare(cloud, "private");
    const { customToolkitSettings: _, ...torch } = customJob(cluster.id ?? "", "");
    await client.jobs.create("local", "lab", "e", "torch", {
      ...torch,
      nodeCount: 2,
      mountVolumes: {
        azureFileShares: [
          {
            accountName: name,
            azureFileUrl: `https://${name}.file.core.windows.net/private`,
            credentials: { accountKey: key },
            relativeMountPath: "mine",
          },
        ],
      },
      pyTorchSettings: {
        ...script(
          'echo "$AZ_BATCHAI_TASK_INDEX $AZ_BATCHAI_PYTORCH_INIT_METHOD" | tee "$AZ_BATCHAI_JOB_MOUNT_ROOT/mine/rank-$AZ_BATCHAI_TASK_INDEX"',
        ),
        communicationBackend: "gloo",
      },
    });
    const job = await ended("torch");
    expect(job.executionInfo).toMatchObject({ exitCode: 0 });
    expect(job.toolType).toBe("pytorch");
    const first = await outputOf("torch", "stdout.txt");
    expect(first).toMatch(/^0 tcp:\/\/[\d.]+:2\d{4}\n$/);
    expect(await outputOf("torch", "stdout-1.txt")).toBe(first.replace("0 ", "1 "));
    expect(await filesOfShare("", "private")).toEqual({
      "rank-0": first,
      "rank-1": first.replace("0 ", "1 "),
    });
  }, 60_000);

  it("ends its parameter server with its workers", async () => {
    const cluster = await client.clusters.get("local", "lab", "ranks");
    const { customToolkitSettings: _, ...tensor } = customJob(cluster.id ?? "", "");
    // As in a real job, no worker gets far without its parameter server.
    const served = 'until [ -s "$AZ_BATCHAI_STDOUTERR_DIR/stdout-ps-0.txt" ]; do sleep 0.1; done';
    const { commandLineArgs: worker, ...interpreter } = script(`${served}; echo $TF_CONFIG`);
    await client.jobs.create("local", "lab", "e", "tensor", {
      ...tensor,
      nodeCount: 2,
      tensorFlowSettings: {
        ...interpreter,
        masterCommandLineArgs: worker,
        workerCommandLineArgs: worker,
        parameterServerCommandLineArgs: script("echo serving; exec sleep 300").commandLineArgs,
      },
    });
    expect((await ended("tensor")).executionInfo).toMatchObject({ exitCode: 0 });
    const config = JSON.parse(await outputOf("tensor", "stdout.txt")) as { cluster: { worker: string[] } };
    expect(config.cluster.worker).toHaveLength(2);
    expect(await outputOf("tensor", "stdout-ps-0.txt")).toBe("serving\n");
  }, 60_000);
});

describe("nodes of a cluster with a setup task", () => {
  it("run it before they take jobs, and jobs run on all of them", async () => {
    const cluster = await createCluster("good", 'echo "$WORD"');
    const job = await runJob(
      cluster.id ?? "",
      "two-nodes",
      'cat "$AZ_BATCHAI_SHARED_JOB_TEMP"/prepared-* | sort',
      {
        nodeCount: 2,
        jobPreparation: {
          commandLine: 'echo "$AZ_BATCH_NODE_ID" > "$AZ_BATCHAI_SHARED_JOB_TEMP/prepared-$AZ_BATCH_NODE_ID"',
        },
      },
    );
    expect(job).toMatchObject({ executionState: "succeeded", executionInfo: { exitCode: 0 } });
    const nodes = (await outputOf("two-nodes", "stdout.txt")).trim().split("\n");
    expect(nodes).toHaveLength(2);
    const setup = (await client.clusters.get("local", "lab", "good")).nodeSetup?.setupTask;
    const logs = await filesOfShare(setup?.stdOutErrPathSuffix ?? "");
    expect(logs).toEqual(
      Object.fromEntries(
        nodes.flatMap((node) => [
          [`stdout-${node}.txt`, "it's set up\n"],
          [`stderr-${node}.txt`, ""],
        ]),
      ),
    );
    const bad = await runJob(cluster.id ?? "", "bad", "true", {
      nodeCount: 2,
      jobPreparation: { commandLine: '[ "$AZ_BATCH_IS_CURRENT_NODE_MASTER" = true ]' },
    });
    expect(bad.executionInfo).toMatchObject({ exitCode: 1, errors: [{ code: "JobPreparationFailed" }] });
  }, 60_000);

  it("are unusable when it fails, and the cluster says why", async () => {
    await createCluster("bad", "echo no driver >&2; exit 4");
    const cluster = await until("the cluster's errors", async () => {
      const found = await client.clusters.get("local", "lab", "bad");
      return found.nodeStateCounts?.unusableNodeCount === 2 ? found : undefined;
    });
    expect(cluster.errors).toHaveLength(2);
    expect(cluster.errors?.[0]?.details?.map(({ name }) => name)).toContain("NodeId");
  }, 40_000);
});
