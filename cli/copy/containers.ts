// Blobs of a container, by the key of its account: a folder is what their names have in common before a slash.
import type { Readable } from "node:stream";
import type { ContainerClient } from "@azure/storage-blob";
import { joinPath } from "../../domain/shared/join-path.ts";
import type { StorageAccount } from "../service.ts";
import { counted } from "./shares.ts";
import type { Source, Target } from "./side.ts";
import { isMissing, storageError } from "./storage-error.ts";

const blockBytes = 8 * 1024 ** 2;
const blocksAtOnce = 4;

async function containerOf(
  { name, key, blobUrl }: StorageAccount,
  container: string,
): Promise<ContainerClient> {
  const { BlobServiceClient, StorageSharedKeyCredential } = await import("@azure/storage-blob");
  return new BlobServiceClient(blobUrl, new StorageSharedKeyCredential(name, key)).getContainerClient(
    container,
  );
}

export function sourceContainer(account: StorageAccount, container: string, path: string): Source {
  return {
    async *files() {
      try {
        const client = await containerOf(account, container);
        const size = path === "" ? undefined : await sizeOf(client, path);
        if (size !== undefined) yield { path: "", sizeBytes: size, open: () => opened(client, path) };
        const prefix = path === "" ? "" : `${path}/`;
        for await (const blob of client.listBlobsFlat({ prefix, includeMetadata: true })) {
          // A mount leaves one for each of its folders.
          if (blob.metadata?.["hdi_isfolder"] === "true" || blob.name.endsWith("/")) continue;
          const { name, properties } = blob;
          const sizeBytes = properties.contentLength ?? 0;
          yield { path: name.slice(prefix.length), sizeBytes, open: () => opened(client, name) };
        }
      } catch (error) {
        throw storageError(error, `container '${container}' of '${account.name}'`);
      }
    },
  };
}

/** Undefined where there is no blob of that name, or it stands for a folder. */
async function sizeOf(client: ContainerClient, name: string): Promise<number | undefined> {
  try {
    const { contentLength = 0, metadata } = await client.getBlobClient(name).getProperties();
    return metadata?.["hdi_isfolder"] === "true" ? undefined : contentLength;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

async function opened(client: ContainerClient, name: string): Promise<Readable> {
  const { readableStreamBody } = await client.getBlobClient(name).download();
  if (readableStreamBody === undefined) throw new Error(`${name} came without content`);
  return readableStreamBody as Readable;
}

export function targetContainer(
  account: StorageAccount,
  container: string,
  path: string,
  isNamedFolder: boolean,
): Target {
  let made: Promise<unknown> | undefined;
  return {
    isFolder: async () => path === "" || isNamedFolder,
    async write(below, file, onBytes) {
      const full = joinPath(path, below);
      try {
        const client = await containerOf(account, container);
        await (made ??= client.createIfNotExists());
        const blob = client.getBlockBlobClient(full);
        await blob.uploadStream(await file.open(), blockBytes, blocksAtOnce, counted(onBytes));
      } catch (error) {
        throw storageError(error, `container '${container}' of '${account.name}'`);
      }
      return `container:${container}/${full}`;
    },
  };
}
