// What is left in storage and in Batch: for looking for what should not be there.
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { BatchServiceClient, BatchSharedKeyCredentials } from "@azure/batch";
import { AzureNamedKeyCredential, TableClient } from "@azure/data-tables";
import { ContainerClient, StorageSharedKeyCredential } from "@azure/storage-blob";
import type { LocalCloud } from "../../../local/start.ts";

export interface Remains {
  readonly pools: string[];
  readonly batchJobs: string[];
  /** `job/task`. */
  readonly tasks: string[];
  /** Staged for single runs; the launcher is everybody's and stays. */
  readonly stagedFiles: string[];
  readonly secrets: string[];
  /** Blobs that somebody holds a lease on. */
  readonly leases: string[];
  /** Of the index of active jobs. */
  readonly activeRows: string[];
  /** Of nodes: one per node, the tasks' folders are inside. */
  readonly nodeFolders: string[];
}

export async function remains(
  { description }: Pick<LocalCloud, "description">,
  data: string,
): Promise<Remains> {
  const { batchAccount, urls } = description;
  const credentials = new BatchSharedKeyCredentials(batchAccount.name, batchAccount.key);
  const batch = new BatchServiceClient(credentials, urls.batch, { noRetryPolicy: true });
  const batchJobs = (await batch.job.list()).map(({ id = "" }) => id);
  const tasks = await Promise.all(
    batchJobs.map(async (job) => (await batch.task.list(job)).map(({ id = "" }) => `${job}/${id}`)),
  );
  const [staged, secrets] = [
    await blobs(description, "batchai-staging"),
    await blobs(description, "batchai-secrets"),
  ];
  return {
    pools: (await batch.pool.list()).map(({ id = "" }) => id),
    batchJobs,
    tasks: tasks.flat(),
    stagedFiles: staged.names.filter((name) => name.startsWith("jobs/")),
    secrets: secrets.names,
    leases: [...staged.leased, ...secrets.leased],
    activeRows: await activeRows(description),
    nodeFolders: await foldersOfNodes(data),
  };
}

async function blobs({ storageAccount, urls }: LocalCloud["description"], name: string) {
  const key = new StorageSharedKeyCredential(storageAccount.name, storageAccount.key);
  const container = new ContainerClient(`${urls.blob}/${name}`, key);
  const names: string[] = [];
  const leased: string[] = [];
  if (!(await container.exists())) return { names, leased };
  for await (const blob of container.listBlobsFlat()) {
    names.push(blob.name);
    if (blob.properties.leaseState === "leased") leased.push(blob.name);
  }
  return { names, leased };
}

async function activeRows({ storageAccount, urls }: LocalCloud["description"]): Promise<string[]> {
  const key = new AzureNamedKeyCredential(storageAccount.name, storageAccount.key);
  const client = new TableClient(urls.table, "batchai", key, { allowInsecureConnection: true });
  const rows: string[] = [];
  const filter = "PartitionKey ge 'active|' and PartitionKey lt 'active}'";
  for await (const { partitionKey, rowKey } of client.listEntities({ queryOptions: { filter } }))
    rows.push(`${partitionKey ?? ""} ${rowKey ?? ""}`);
  return rows;
}

async function foldersOfNodes(data: string): Promise<string[]> {
  const root = join(data, "batch", "nodes");
  return readdir(root).catch(() => []);
}
