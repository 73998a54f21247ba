// Jobs with volumes of their own on one node and on two, through the public API: the launcher mounts them on every node
// with the commands it finds there, and starts processes on the other node by ssh.
import type { BatchAIManagementClient } from "@azure/arm-batchai";
import { BlobServiceClient, type ContainerClient, StorageSharedKeyCredential } from "@azure/storage-blob";
import {
  ShareServiceClient,
  StorageSharedKeyCredential as StorageSharedKeyCredentialOfFiles,
} from "@azure/storage-file-share";
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

function volumes(containerName = "digits", share = "more"): Pick<JobCreate, "mountVolumes"> {
  const { name, key } = cloud.description.storageAccount;
  const credentials = { accountKey: key };
  return {
    mountVolumes: {
      azureBlobFileSystems: [{ accountName: name, containerName, credentials, relativeMountPath: "data" }],
      azureFileShares: [
        {
          accountName: name,
          azureFileUrl: `https://${name}.file.core.windows.net/${share}`,
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

async function shared(share: string): Promise<string> {
  const { name, key } = cloud.description.storageAccount;
  const files = new ShareServiceClient(
    cloud.description.urls.file,
    new StorageSharedKeyCredentialOfFiles(name, key),
  );
  const file = files.getShareClient(share).rootDirectoryClient.getFileClient("word.txt");
  return (await file.downloadToBuffer()).toString();
}

const text = async (name: string) => (await container.getBlobClient(name).downloadToBuffer()).toString();

describe("a job's own volumes", () => {
  it(
    "row 67: are read and written on one node, are in storage when the job has ended, and are gone for the next job",
    { timeout: 60_000 },
    async () => {
      const command =
        'cd "$AZ_BATCHAI_JOB_MOUNT_ROOT" && mkdir data/out && cat data/train/images.txt >data/out/copy.txt && echo hello >more/note.txt';
      const job = await ended("one", customJob(clusterId, command, volumes()));
      expect(job).toMatchObject({ executionState: "succeeded" });
      expect(await text("out/copy.txt")).toBe("pixels");
      const next = await ended("next", customJob(clusterId, 'test ! -e "$AZ_BATCHAI_JOB_MOUNT_ROOT/data"'));
      expect(next).toMatchObject({ executionState: "succeeded" });
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

  it(
    "row 68: are each job's own, also when two jobs use the same path at once",
    { timeout: 60_000 },
    async () => {
      await createShare(cloud, "other");
      // Each looks at its own when the other has written.
      const command = (word: string) =>
        [
          `all=$AZ_BATCHAI_MOUNT_ROOT/files; mine=$AZ_BATCHAI_JOB_MOUNT_ROOT/more/word.txt; echo ${word} >$mine`,
          `touch $all/${word}; until [ -e $all/left ] && [ -e $all/right ]; do sleep 0.1; done`,
          `grep -x ${word} $mine`,
        ].join("; ");
      const jobs = await Promise.all([
        ended("left", customJob(clusterId, command("left"), volumes("digits", "more"))),
        ended("right", customJob(clusterId, command("right"), volumes("digits", "other"))),
      ]);
      for (const job of jobs) expect(job).toMatchObject({ executionState: "succeeded" });
      expect([await shared("more"), await shared("other")]).toEqual(["left\n", "right\n"]);
    },
  );

  it("row 69: that cannot be mounted fail the job with the reason", { timeout: 60_000 }, async () => {
    const [noContainer, noShare] = [
      await ended("none", customJob(clusterId, "true", volumes("nowhere"))),
      await ended("no-share", customJob(clusterId, "true", volumes("digits", "nowhere"))),
    ];
    expect(noContainer.executionState).toBe("failed");
    expect(noContainer.executionInfo?.errors?.[0]).toMatchObject({ code: "BFSMountError" });
    expect(JSON.stringify(noContainer.executionInfo?.errors)).toContain("container 'nowhere' not found");
    expect(noShare.executionState).toBe("failed");
    expect(noShare.executionInfo).toMatchObject({ exitCode: -1, errors: [{ code: "AZFMountError" }] });
  });
});

describe("a cluster's volumes", () => {
  it("rows 62, 64: are a file share and a container that jobs write to", { timeout: 60_000 }, async () => {
    const { name, key } = cloud.description.storageAccount;
    const { nodeSetup, ...spec } = clusterOf(cloud, 1, "more");
    const created = await client.clusters.create(group, workspace, "both-kinds", {
      ...spec,
      nodeSetup: {
        mountVolumes: {
          ...nodeSetup?.mountVolumes,
          azureBlobFileSystems: [
            {
              accountName: name,
              containerName: "digits",
              credentials: { accountKey: key },
              relativeMountPath: "data",
            },
          ],
        },
      },
    });
    const command =
      'cd "$AZ_BATCHAI_MOUNT_ROOT" && cat data/train/images.txt >files/word.txt && cat files/word.txt >data/back.txt';
    const job = await ended("through", customJob(created.id ?? "", command));
    expect(job).toMatchObject({ executionState: "succeeded" });
    expect([await shared("more"), await text("back.txt")]).toEqual(["pixels", "pixels"]);
  });
});
