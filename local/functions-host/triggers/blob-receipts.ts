// Receipts: one small blob per function and blob version (etag), in azure-webjobs-hosts/blobreceipts, so that each version runs once over
// restarts. A receipt is first `queued`, then `completed`; it never goes back.
import type { StorageClients } from "../bindings/storage-clients.ts";

export interface BlobVersion {
  readonly functionName: string;
  readonly container: string;
  readonly blobName: string;
  /** Without quotes. */
  readonly etag: string;
}

export type ReceiptState = "none" | "queued" | "completed";

export interface BlobReceipts {
  state(version: BlobVersion): Promise<ReceiptState>;
  mark(version: BlobVersion, state: "queued" | "completed"): Promise<void>;
  /** When this function began to listen, in epoch milliseconds of the storage's clock; the first call decides. */
  listeningSince(functionName: string, container: string): Promise<number>;
}

const containerName = "azure-webjobs-hosts";

export async function blobReceipts(clients: StorageClients, hostId: string): Promise<BlobReceipts> {
  const container = (await clients.blobs(undefined)).getContainerClient(containerName);
  await container.createIfNotExists();
  const blobOf = ({ functionName, etag, container: source, blobName }: BlobVersion) =>
    container.getBlockBlobClient(
      `blobreceipts/${hostId}/Host.Functions.${functionName}/${etag}/${source}/${blobName}`,
    );
  return {
    async state(version) {
      try {
        const properties = await blobOf(version).getProperties();
        return properties.metadata?.["state"] === "completed" ? "completed" : "queued";
      } catch (error) {
        if ((error as { statusCode?: number }).statusCode === 404) return "none";
        throw error;
      }
    },
    async mark(version, state) {
      await blobOf(version).upload("", 0, { metadata: { state } });
    },
    async listeningSince(functionName, source) {
      const marker = container.getBlockBlobClient(
        `blobreceipts/${hostId}/Host.Functions.${functionName}/since/${source}`,
      );
      try {
        await marker.upload("", 0, { conditions: { ifNoneMatch: "*" } });
      } catch (error) {
        if ((error as { statusCode?: number }).statusCode !== 409) throw error;
      }
      return (await marker.getProperties()).lastModified?.getTime() ?? 0;
    },
  };
}
