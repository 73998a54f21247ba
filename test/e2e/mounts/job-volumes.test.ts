// Jobs with volumes of their own on one node and on two, through the public API: the launcher mounts them on every node
// with the commands it finds there, and starts processes on the other node by ssh.
import type { BatchAIManagementClient } from "@azure/arm-batchai";
import { BlobServiceClient, type ContainerClient, StorageSharedKeyCredential } from "@azure/storage-blob";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type LocalCloud, startLocal } from "../../../local/start.ts";
import {
  type JobCreate,
  batchAIClient,
  clusterOf,
  createShare,
  customJob,
  until,
} from "../../support/batch-ai-client.ts";

const [group, workspace, experiment] = ["local", "lab", "first"];
let cloud: LocalCloud;
let client: BatchAIManagementClient;
let clusterId: string;
let container: ContainerClient;

beforeAll(async () => {
  cloud = await startLocal({ data: "temporary" });
  client = batchAIClient(cloud);
  await createShare(cloud);
  await createShare(cloud, "more");
  const { name, key } = cloud.description.storageAccount;
  const blobs = new BlobServiceClient(cloud.description.urls.blob, new StorageSharedKeyCredential(name, key));
  container = blobs.getContainerClient("digits");
  await container.create();
  await container.getBlockBlobClient("train/images.txt").upload("pixels", 6);
  await client.workspaces.create(group, workspace, { location: "local" });
  await client.experiments.create(group, workspace, experiment);
  clusterId = (await client.clusters.create(group, workspace, "two", clusterOf(cloud, 2))).id ?? "";
});
afterAll(() => cloud.dispose());

function volumes(containerName = "digits"): Pick<JobCreate, "mountVolumes"> {
  const { name, key } = cloud.description.storageAccount;
  const credentials = { accountKey: key };
  return {
    mountVolumes: {
      azureBlobFileSystems: [{ accountName: name, containerName, credentials, relativeMountPath: "data" }],
      azureFileShares: [
        {
          accountName: name,
          azureFileUrl: `https://${name}.file.core.windows.net/more`,
          credentials,
          relativeMountPath: "more",
        },
      ],
    },
  };
}

async function ended(name: string, job: JobCreate) {
  await client.jobs.beginCreate(group, workspace, experiment, name, job);
  return until(
    `the end of job ${name}`,
    async () => {
      const found = await client.jobs.get(group, workspace, experiment, name);
      return found.executionState === "succeeded" || found.executionState === "failed" ? found : undefined;
    },
    50_000,
  );
}

const text = async (name: string) => (await container.getBlobClient(name).downloadToBuffer()).toString();

describe("a job's own volumes", () => {
  it(
    "are read and written on one node, and are in storage when the job has ended",
    { timeout: 60_000 },
    async () => {
      const command =
        'cd "$AZ_BATCHAI_JOB_MOUNT_ROOT" && mkdir data/out && cat data/train/images.txt >data/out/copy.txt && echo hello >more/note.txt';
      const job = await ended("one", customJob(clusterId, command, volumes()));
      expect(job).toMatchObject({ executionState: "succeeded" });
      expect(await text("out/copy.txt")).toBe("pixels");
    },
  );

  it("are there for every process of a job on two nodes", { timeout: 60_000 }, async () => {
    const script =
      'd=$AZ_BATCHAI_JOB_MOUNT_ROOT/data/ranks; mkdir -p "$d" && echo "$AZ_BATCH_NODE_ID" >"$d/$AZ_BATCHAI_TASK_INDEX"';
    await container.getBlockBlobClient("rank.sh").upload(script, script.length);
    const job = await ended("both", {
      cluster: { id: clusterId },
      nodeCount: 2,
      stdOutErrPathPrefix: "$AZ_BATCHAI_MOUNT_ROOT/files",
      pyTorchSettings: {
        pythonScriptFilePath: "$AZ_BATCHAI_JOB_MOUNT_ROOT/data/rank.sh",
        pythonInterpreterPath: "/bin/sh",
        communicationBackend: "gloo",
        processCount: 2,
      },
      ...volumes(),
    });
    expect(job).toMatchObject({ executionState: "succeeded" });
    const nodes = [await text("ranks/0"), await text("ranks/1")];
    expect(new Set(nodes).size).toBe(2);
  });

  it("that cannot be mounted fail the job with the reason", { timeout: 60_000 }, async () => {
    const job = await ended("none", customJob(clusterId, "true", volumes("nowhere")));
    expect(job.executionState).toBe("failed");
    expect(job.executionInfo?.errors?.[0]).toMatchObject({ code: "BFSMountError" });
    expect(JSON.stringify(job.executionInfo?.errors)).toContain("container 'nowhere' not found");
  });
});
