// A blob container as the sync sees it: names with ETags, whole blobs in and out. The only file here that knows the
// storage client, which is loaded when the first container is mounted. No policy: what to copy where is decided elsewhere.
import { createReadStream, createWriteStream } from "node:fs";
import { open } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import type { BlobItem, ContainerClient } from "@azure/storage-blob";
import { contentTypeOf } from "./content-types.ts";

export interface RemoteBlob {
  readonly name: string;
  readonly etag: string;
  readonly sizeBytes: number;
  readonly modifiedAtMs: number;
  /** A zero-length blob that stands for a directory, as blobfuse makes them (metadata `hdi_isfolder`). */
  readonly isDirectory: boolean;
  /** Base64; absent when storage does not know it. */
  readonly md5: string | undefined;
}

export interface RemoteContainer {
  list(): AsyncIterable<RemoteBlob>;
  head(name: string): Promise<RemoteBlob | undefined>;
  /** Streams the blob into a new file; undefined when it is gone. */
  download(name: string, file: string): Promise<RemoteBlob | undefined>;
  /** The first `sizeBytes` of the file. */
  upload(name: string, file: string, sizeBytes: number): Promise<RemoteBlob>;
  makeDirectory(name: string): Promise<RemoteBlob>;
  /** "changed": it is no longer what `etag` says, and stays. */
  remove(name: string, etag: string): Promise<"removed" | "changed">;
}

/** Up to here one request is enough; above, blocks of this size go up side by side. */
const blockBytes = 4 * 2 ** 20;
const blocksAtOnce = 3;

export interface ContainerAddress {
  /** `http://127.0.0.1:<port>/<account>` */
  readonly blobUrl: string;
  readonly container: string;
  readonly credential:
    { readonly accountName: string; readonly accountKey: string } | { readonly sas: string };
}

const permanentCodes = [
  "ContainerNotFound",
  "ContainerBeingDeleted",
  "AuthenticationFailed",
  "AuthorizationFailure",
];

/** Trying again would give the same answer: the container is gone, or the key is no longer the right one. */
export function isPermanent(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return typeof code === "string" && permanentCodes.includes(code);
}

/** Why a container cannot be mounted, in the words of storage; undefined when it can. */
export async function whyUnreachable(address: ContainerAddress): Promise<string | undefined> {
  const client = await connect(address, 1);
  try {
    const pages = client.listBlobsFlat().byPage({ maxPageSize: 1 });
    await pages.next();
    return undefined;
  } catch (error) {
    const { statusCode, code, message } = error as { statusCode?: number; code?: string; message: string };
    if (statusCode === 404)
      return `container '${address.container}' not found [${code ?? "ContainerNotFound"}]`;
    if (statusCode === 403) return `failed to authenticate credentials [${code ?? "AuthenticationFailed"}]`;
    return message.split("\n")[0] ?? message;
  }
}

export async function openRemoteContainer(address: ContainerAddress): Promise<RemoteContainer> {
  const client = await connect(address, 4);
  return {
    async *list() {
      for await (const page of client.listBlobsFlat({ includeMetadata: true }).byPage({ maxPageSize: 5000 }))
        for (const item of page.segment.blobItems) yield fromItem(item);
    },
    async head(name) {
      const found = await client.getBlobClient(name).getProperties().catch(absent);
      return found && fromHeaders(name, found);
    },
    async download(name, file) {
      const response = await client.getBlobClient(name).download().catch(absent);
      if (response?.readableStreamBody === undefined) return undefined;
      await pipeline(response.readableStreamBody, createWriteStream(file));
      return fromHeaders(name, response);
    },
    async upload(name, file, sizeBytes) {
      const blob = client.getBlockBlobClient(name);
      const blobHTTPHeaders = { blobContentType: contentTypeOf(name) };
      if (sizeBytes > blockBytes) {
        const stream = createReadStream(file, { end: sizeBytes - 1, highWaterMark: 1 << 20 });
        const { etag, lastModified } = await blob.uploadStream(stream, blockBytes, blocksAtOnce, {
          blobHTTPHeaders,
        });
        return fromHeaders(name, { etag, lastModified, contentLength: sizeBytes });
      }
      const bytes = await readStart(file, sizeBytes);
      const done = await blob.upload(bytes, bytes.length, { blobHTTPHeaders });
      return fromHeaders(name, { ...done, contentLength: bytes.length });
    },
    async makeDirectory(name) {
      const done = await client
        .getBlockBlobClient(name)
        .upload("", 0, { metadata: { hdi_isfolder: "true" } });
      return { ...fromHeaders(name, done), isDirectory: true };
    },
    async remove(name, etag) {
      try {
        const conditions = { conditions: { ifMatch: etag }, deleteSnapshots: "include" as const };
        await client.getBlobClient(name).delete(conditions);
        return "removed";
      } catch (error) {
        const { statusCode } = error as { statusCode?: number };
        if (statusCode === 404 && !isPermanent(error)) return "removed";
        if (statusCode === 412) return "changed";
        throw error;
      }
    },
  };
}

async function connect(address: ContainerAddress, maxTries: number): Promise<ContainerClient> {
  const { ContainerClient, StorageSharedKeyCredential } = await import("@azure/storage-blob");
  const url = `${address.blobUrl}/${address.container}`;
  const options = { retryOptions: { maxTries, retryDelayInMs: 100, maxRetryDelayInMs: 1_000 } };
  if ("sas" in address.credential)
    return new ContainerClient(`${url}?${address.credential.sas}`, undefined, options);
  const { accountName, accountKey } = address.credential;
  return new ContainerClient(url, new StorageSharedKeyCredential(accountName, accountKey), options);
}

async function readStart(file: string, sizeBytes: number): Promise<Buffer> {
  const handle = await open(file);
  try {
    const bytes = Buffer.alloc(sizeBytes);
    let filled = 0;
    while (filled < sizeBytes) {
      const { bytesRead } = await handle.read(bytes, filled, sizeBytes - filled, filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return bytes.subarray(0, filled);
  } finally {
    await handle.close();
  }
}

interface BlobHeaders {
  readonly etag?: undefined | string;
  readonly contentLength?: undefined | number;
  readonly lastModified?: undefined | Date;
  readonly contentMD5?: undefined | Uint8Array;
  readonly metadata?: undefined | Readonly<Record<string, string>>;
}

function fromItem({ name, properties, metadata }: BlobItem): RemoteBlob {
  return fromHeaders(name, { ...properties, metadata });
}

function fromHeaders(name: string, headers: BlobHeaders): RemoteBlob {
  return {
    name,
    // Listings give the ETag bare, responses in quotes.
    etag: `"${(headers.etag ?? "").replaceAll('"', "")}"`,
    sizeBytes: headers.contentLength ?? 0,
    modifiedAtMs: headers.lastModified?.getTime() ?? 0,
    isDirectory: headers.metadata?.["hdi_isfolder"] === "true",
    md5: headers.contentMD5 === undefined ? undefined : Buffer.from(headers.contentMD5).toString("base64"),
  };
}

/** Only a missing blob is an answer; a missing container says nothing about its blobs. */
function absent(error: Error & { statusCode?: number }): undefined {
  if (error.statusCode === 404 && !isPermanent(error)) return undefined;
  throw error;
}
