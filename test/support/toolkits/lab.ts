// A local cloud for jobs of many toolkits: one container with what is uploaded, one share for logs, clusters made on
// demand and shared between jobs, and jobs that are run to their end through the genuine 2018 client.
import { BlobServiceClient, StorageSharedKeyCredential } from "@azure/storage-blob";
import { readdir } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import type { BatchAIManagementClient, BatchAIManagementModels } from "@azure/arm-batchai";
import { startLocal } from "../../../local/start.ts";
import type { LocalCloud } from "../../../local/start.ts";
import { batchAIClient, createShare, until } from "../batch-ai-client.ts";
import type { ClusterCreate, JobCreate } from "../batch-ai-client.ts";

const group = "local";
const workspace = "lab";
const experiment = "toolkits";

export interface EndedJob {
  readonly job: BatchAIManagementModels.Job;
  /** Every file of the stdouterr directory. */
  readonly logs: Readonly<Record<string, string>>;
}

/** What a job needs besides its cluster and the place of its logs. */
export type JobSpec = Omit<JobCreate, "cluster" | "stdOutErrPathPrefix"> & Partial<JobCreate>;

export interface Lab {
  readonly client: BatchAIManagementClient;
  readonly cloud: LocalCloud;
  /** Uploads a folder (or one text) below `target` in the container that nodes see as `$AZ_BATCHAI_MOUNT_ROOT/recipes`. */
  upload(folder: string, target: string): Promise<void>;
  uploadText(target: string, text: string): Promise<void>;
  /** The id of a cluster with exactly these properties; made once. */
  cluster(properties?: ClusterCreate): Promise<string>;
  run(name: string, spec: JobSpec): Promise<EndedJob>;
  /** Of a job that somebody submitted. */
  ended(name: string): Promise<EndedJob>;
  dispose(): Promise<void>;
}

export async function openLab(nodeCount = 2): Promise<Lab> {
  const cloud = await startLocal({ data: "temporary" });
  const client = batchAIClient(cloud);
  const { name, key } = cloud.description.storageAccount;
  const container = new BlobServiceClient(
    cloud.description.urls.blob,
    new StorageSharedKeyCredential(name, key),
  ).getContainerClient("recipes");
  await Promise.all([container.create(), createShare(cloud, "results")]);
  await client.workspaces.create(group, workspace, { location: "local" });
  await client.experiments.create(group, workspace, experiment);
  const clusters = new Map<string, Promise<string>>();
  const lab: Lab = {
    client,
    cloud,
    upload: async (folder, target) => {
      const entries = await readdir(folder, { recursive: true, withFileTypes: true });
      const files = entries
        .filter((entry) => entry.isFile())
        .map(({ parentPath, name }) => join(parentPath, name));
      const blobName = (file: string) =>
        [target, ...relative(folder, file).split(sep)].filter((part) => part !== "").join("/");
      await Promise.all(files.map((file) => container.getBlockBlobClient(blobName(file)).uploadFile(file)));
    },
    uploadText: async (target, text) => {
      await container.getBlockBlobClient(target).upload(text, Buffer.byteLength(text));
    },
    cluster: (properties = labCluster(cloud, nodeCount)) => {
      const content = JSON.stringify(properties);
      const made =
        clusters.get(content) ??
        client.clusters
          .create(group, workspace, `cluster-${clusters.size}`, properties)
          .then(({ id = "" }) => id);
      clusters.set(content, made);
      return made;
    },
    run: async (job, spec) => {
      const cluster = spec.cluster ?? { id: await lab.cluster() };
      await client.jobs.create(group, workspace, experiment, job, {
        ...spec,
        cluster,
        stdOutErrPathPrefix: spec.stdOutErrPathPrefix ?? "$AZ_BATCHAI_MOUNT_ROOT/results",
      });
      return ended(client, job);
    },
    ended: (job) => ended(client, job),
    dispose: () => cloud.dispose(),
  };
  return lab;
}

async function ended(client: BatchAIManagementClient, name: string): Promise<EndedJob> {
  const state = async () => {
    const job = await client.jobs.get(group, workspace, experiment, name);
    return job.executionState === "succeeded" || job.executionState === "failed" ? job : undefined;
  };
  const job = await until(`the end of job ${name}`, state, 240_000).catch(async (error: unknown) => {
    throw new Error(`${String(error)}: ${JSON.stringify(await logsOf(client, name))}`);
  });
  return { job, logs: await logsOf(client, name) };
}

async function logsOf(client: BatchAIManagementClient, name: string): Promise<Record<string, string>> {
  const files = await client.jobs.listOutputFiles(group, workspace, experiment, name, {
    outputdirectoryid: "stdouterr",
  });
  const logs = await Promise.all(
    files.map(async ({ name: file = "", downloadUrl }) => {
      return [file, downloadUrl === undefined ? "" : await (await fetch(downloadUrl)).text()] as const;
    }),
  );
  return Object.fromEntries(logs);
}

/** Container `recipes` and share `results` under the same names, as the recipes' own cluster files have them. */
function labCluster(cloud: LocalCloud, nodeCount: number): ClusterCreate {
  const { name, key } = cloud.description.storageAccount;
  const credentials = { accountKey: key };
  return {
    vmSize: "STANDARD_D2S_V3",
    scaleSettings: { manual: { targetNodeCount: nodeCount } },
    userAccountSettings: { adminUserName: "ada", adminUserPassword: "Correct-horse-7" },
    nodeSetup: {
      mountVolumes: {
        azureBlobFileSystems: [
          { accountName: name, containerName: "recipes", credentials, relativeMountPath: "recipes" },
        ],
        azureFileShares: [
          {
            accountName: name,
            azureFileUrl: `https://${name}.file.core.windows.net/results`,
            credentials,
            relativeMountPath: "results",
          },
        ],
      },
    },
  };
}
