// A local cloud with a workspace, an experiment and a share, driven by the genuine client: what tests of jobs begin with.
import type { BatchAIManagementClient, BatchAIManagementModels } from "@azure/arm-batchai";
import { startLocal } from "../../local/start.ts";
import type { LocalCloud, LocalOptions } from "../../local/start.ts";
import { batchAIClient, clusterOf, createShare, customJob, until } from "./batch-ai-client.ts";
import type { ClusterCreate, JobCreate } from "./batch-ai-client.ts";

export type Job = BatchAIManagementModels.Job;

export const place = ["local", "lab", "e"] as const;
const [group, workspace] = place;

export interface JobLab {
  readonly cloud: LocalCloud;
  readonly client: BatchAIManagementClient;
  /** Creates a cluster and waits for its nodes. @returns its id. */
  cluster(name: string, nodes: number, settings?: Partial<ClusterCreate>): Promise<string>;
  submit(name: string, clusterId: string, commandLine: string, more?: Partial<JobCreate>): Promise<Job>;
  reaches(name: string, ...states: string[]): Promise<Job>;
  finished(name: string): Promise<Job>;
  /** Names of the files in an output directory. */
  files(name: string, outputdirectoryid?: string): Promise<string[]>;
  /** A file's text, empty while there is none. */
  read(name: string, file: string, outputdirectoryid?: string): Promise<string>;
  dispose(): Promise<void>;
}

/** Most tests do not follow output to its end, and need not wait for those who do. */
export async function startJobLab(
  appSettings: Readonly<Record<string, string>> = { BATCHAI_OUTPUT_GRACE_MS: "0" },
  more: Partial<LocalOptions> = {},
): Promise<JobLab> {
  const cloud = await startLocal({ data: "temporary", appSettings, ...more });
  const client = batchAIClient(cloud);
  await createShare(cloud);
  await client.workspaces.create(group, workspace, { location: "local" });
  await client.experiments.create(...place);
  return { ...jobLab(cloud, client), dispose: () => cloud.dispose() };
}

/** The same verbs on a cloud that is there already. */
export function jobLab(cloud: LocalCloud, client: BatchAIManagementClient): Omit<JobLab, "dispose"> {
  const listing = (name: string, outputdirectoryid = "stdouterr") =>
    client.jobs.listOutputFiles(...place, name, { outputdirectoryid });
  const reaches = (name: string, ...states: string[]) =>
    until(
      `job ${name} to be ${states.join(" or ")}`,
      async () => {
        const job = await client.jobs.get(...place, name);
        return states.includes(job.executionState ?? "") ? job : undefined;
      },
      60_000,
    );
  return {
    cloud,
    client,
    reaches,
    finished: (name) => reaches(name, "succeeded", "failed"),
    async cluster(name, nodes, settings = {}) {
      const spec = { ...clusterOf(cloud, nodes), ...settings };
      const { id = "" } = await client.clusters.create(group, workspace, name, spec);
      await until(`${nodes} idle nodes`, async () => {
        const { nodeStateCounts } = await client.clusters.get(group, workspace, name);
        return nodeStateCounts?.idleNodeCount === nodes ? true : undefined;
      });
      return id;
    },
    submit: (name, clusterId, commandLine, more) =>
      client.jobs.create(...place, name, customJob(clusterId, commandLine, more)),
    files: async (name, directory) => (await listing(name, directory)).map((file) => file.name ?? ""),
    async read(name, file, directory) {
      const found = (await listing(name, directory)).find((candidate) => candidate.name === file);
      return found?.downloadUrl === undefined ? "" : (await fetch(found.downloadUrl)).text();
    },
  };
}
