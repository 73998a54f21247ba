// One local cloud with a workspace and an experiment, and the few things that tests of clusters do all the time, through the
// genuine client of 2018.
import type { BatchAIManagementClient, BatchAIManagementModels } from "@azure/arm-batchai";
import { startLocal } from "../../local/start.ts";
import type { LocalCloud } from "../../local/start.ts";
import { batchAIClient, clusterOf, createShare, customJob, until } from "./batch-ai-client.ts";
import type { ClusterCreate, Described, JobCreate } from "./batch-ai-client.ts";

export const [group, workspace, experiment] = ["local", "lab", "exp"] as const;

type Cluster = BatchAIManagementModels.Cluster;
type Job = BatchAIManagementModels.Job;

export interface ClusterLab {
  readonly cloud: LocalCloud;
  readonly client: BatchAIManagementClient;
  cluster(name: string): Promise<Cluster>;
  create(name: string, nodes: number, more?: Partial<ClusterCreate>): Promise<string>;
  /** PATCH of the manual target. */
  resize(
    name: string,
    targetNodeCount: number,
    nodeDeallocationOption?: "requeue" | "terminate" | "waitforjobcompletion",
  ): Promise<void>;
  /** Until it has so many idle nodes and is steady. */
  idle(name: string, nodes: number): Promise<Cluster>;
  submit(job: string, clusterId: string, commandLine: string, more?: Partial<JobCreate>): Promise<void>;
  job(name: string): Promise<Job>;
  /** Until the job is in this state. */
  reaches(name: string, state: string): Promise<Job>;
  /** As `sharedText`. */
  shared(path: string): Promise<string>;
  /** Whether there is such a file on the share. */
  hasShared(path: string): Promise<boolean>;
  /** As `touchShared`. */
  share(path: string): Promise<void>;
  /** Raw HTTP with the admin's token. */
  raw(method: string, path: string, body?: object): Promise<Response>;
}

export async function startClusterLab(appSettings: Record<string, string> = {}): Promise<ClusterLab> {
  const cloud = await startLocal({ data: "temporary", appSettings });
  const client = batchAIClient(cloud);
  await createShare(cloud);
  await client.workspaces.create(group, workspace, { location: "local" });
  await client.experiments.create(group, workspace, experiment);
  const cluster = (name: string): Promise<Cluster> => client.clusters.get(group, workspace, name);
  const job = (name: string): Promise<Job> => client.jobs.get(group, workspace, experiment, name);
  return {
    cloud,
    client,
    cluster,
    job,
    async create(name, nodes, more = {}) {
      const spec = { ...clusterOf(cloud, nodes), ...more };
      const nodeSetup = { ...clusterOf(cloud, nodes).nodeSetup, ...more.nodeSetup };
      return (await client.clusters.create(group, workspace, name, { ...spec, nodeSetup })).id ?? "";
    },
    async resize(name, targetNodeCount, nodeDeallocationOption = "requeue") {
      const manual = { targetNodeCount, nodeDeallocationOption };
      await client.clusters.update(group, workspace, name, { scaleSettings: { manual } });
    },
    idle: (name, nodes) =>
      until(`${nodes} idle nodes of ${name}`, async () => {
        const found = await cluster(name);
        const settled = found.allocationState === "steady" && found.currentNodeCount === nodes;
        return settled && found.nodeStateCounts?.idleNodeCount === nodes ? found : undefined;
      }),
    async submit(name, clusterId, commandLine, more = {}) {
      await client.jobs.create(group, workspace, experiment, name, customJob(clusterId, commandLine, more));
    },
    reaches: (name, state) =>
      until(`job ${name} to be ${state}`, async () => {
        const found = await job(name);
        return found.executionState === state ? found : undefined;
      }),
    shared: (path) => sharedText(cloud, path),
    hasShared: async (path) => (await shareFile(cloud, path)).exists(),
    share: (path) => touchShared(cloud, path),
    raw: (method, path, body) =>
      fetch(`${cloud.description.urls.api}${path}?api-version=2018-05-01`, {
        method,
        headers: {
          authorization: `Bearer ${cloud.description.token}`,
          ...(body === undefined ? {} : { "content-type": "application/json" }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
  };
}

/** A file of the share `results`, "" when there is none. */
export async function sharedText(cloud: Described, path: string): Promise<string> {
  const file = await shareFile(cloud, path);
  return (await file.exists()) ? (await file.downloadToBuffer()).toString("utf8") : "";
}

/** Makes an empty file on the share `results`, for which a job waits. */
export async function touchShared(cloud: Described, path: string): Promise<void> {
  await (await shareFile(cloud, path)).create(0);
}

/** A file on the share `results`, whose folder is made where there is none. */
export async function writeShared(cloud: Described, path: string, text: string): Promise<void> {
  const file = await shareFile(cloud, path);
  const { ShareDirectoryClient, StorageSharedKeyCredential } = await import("@azure/storage-file-share");
  const { name, key } = cloud.description.storageAccount;
  const folder = file.url.slice(0, file.url.lastIndexOf("/"));
  await new ShareDirectoryClient(folder, new StorageSharedKeyCredential(name, key)).createIfNotExists();
  await file.uploadData(Buffer.from(text));
}

async function shareFile(cloud: Described, path: string) {
  const { ShareServiceClient, StorageSharedKeyCredential } = await import("@azure/storage-file-share");
  const { name, key } = cloud.description.storageAccount;
  const service = new ShareServiceClient(
    cloud.description.urls.file,
    new StorageSharedKeyCredential(name, key),
  );
  const parts = path.split("/");
  let directory = service.getShareClient("results").rootDirectoryClient;
  for (const part of parts.slice(0, -1)) directory = directory.getDirectoryClient(part);
  return directory.getFileClient(parts.at(-1) ?? "");
}
