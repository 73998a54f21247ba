// What is left in storage, in Batch and on the machine: for looking for what should not be there. Events and the documents of
// operations that have ended are not asked for: they outlive what they are about.
import { readFileSync, readdirSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { BatchServiceClient, BatchSharedKeyCredentials } from "@azure/batch";
import { AzureNamedKeyCredential, TableClient } from "@azure/data-tables";
import { ContainerClient, StorageSharedKeyCredential } from "@azure/storage-blob";
import type { LocalCloud } from "../../../local/start.ts";
import { fromRow } from "../../../services/azure/table-rows.ts";

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
  /** Of resources. */
  readonly documents: string[];
  /** Of long-running operations: those still in progress. */
  readonly operations: string[];
  /** On quota: GUIDs of clusters and jobs. */
  readonly claims: string[];
  /** Of nodes: one per node, the tasks' folders are inside. */
  readonly nodeFolders: string[];
  /** Of tasks, on this machine. */
  readonly processes: string[];
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
    ...(await rows(description)),
    nodeFolders: await foldersOfNodes(data),
    processes: processesIn(join(data, "batch", "nodes")),
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

/** What stays for a while when all else is gone: events, how long nodes were there, and which documents were written lately. */
const keptRows = ["event|", "nodetime|", "changed|"];

type Rows = Pick<Remains, "activeRows" | "documents" | "operations" | "claims">;

async function rows({ storageAccount, urls }: LocalCloud["description"]): Promise<Rows> {
  const key = new AzureNamedKeyCredential(storageAccount.name, storageAccount.key);
  const client = new TableClient(urls.table, "batchai", key, { allowInsecureConnection: true });
  const found: Rows = { activeRows: [], documents: [], operations: [], claims: [] };
  for await (const entity of client.listEntities<Record<string, unknown>>()) {
    const { partitionKey = "", rowKey = "" } = entity;
    const name = `${partitionKey} ${rowKey}`;
    if (partitionKey.startsWith("active|")) found.activeRows.push(name);
    else if (partitionKey === "ledger") found.claims.push(...Object.keys(fromRow(entity) as object));
    // The index of unfinished ones; what it names is looked at itself.
    else if (partitionKey === "operations") continue;
    else if (partitionKey === "operation") {
      if ((fromRow(entity) as { status: string }).status === "InProgress") found.operations.push(name);
    } else if (!keptRows.some((prefix) => rowKey.startsWith(prefix))) found.documents.push(name);
  }
  return found;
}

/** Ids of the processes of nodes whose folders are in this one: their environment names their node's folder. */
export function processesIn(folder: string): string[] {
  return readdirSync("/proc").filter((pid) => /^\d+$/.test(pid) && environmentOf(pid).includes(`=${folder}`));
}

function environmentOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, "utf8");
  } catch {
    return ""; // it has ended, or is somebody else's
  }
}

async function foldersOfNodes(data: string): Promise<string[]> {
  const root = join(data, "batch", "nodes");
  return readdir(root).catch(() => []);
}
