// Artifacts as block blobs of a private container. Parts are blocks that stay invisible until the list of them is committed; Azure
// throws away after a week those that never were (Put Block, REST reference of Blob Storage), so that an upload that was given up
// leaves nothing.
import type { ContainerClient } from "@azure/storage-blob";
import type { Artifacts } from "../artifacts.ts";
import {
  blobsBelow,
  foldersIn,
  intoContainer,
  removeBlobs,
  storageCode,
  storageStatus,
} from "./blob-containers.ts";
import type { BlobAccess, StorageAccount } from "./blob-containers.ts";

const containerName = "batchai-artifacts";
const blobHTTPHeaders = { blobContentType: "application/octet-stream" };

/** Of one blob all have the same length. */
const blockId = (upload: string, part: number) =>
  Buffer.from(`${upload}-${String(part).padStart(6, "0")}`).toString("base64");

export function blobArtifacts(access: BlobAccess, account: StorageAccount): Artifacts {
  const open = () => access.container(account, containerName);
  const blobOf = async (path: string) => (await open()).getBlockBlobClient(path);
  return {
    place: (directory) => ({
      kind: "blob",
      accountName: account.name,
      accountKey: account.key,
      container: containerName,
      directory,
    }),

    async write(path, content) {
      const blob = await blobOf(path);
      await intoContainer(await open(), () => blob.upload(content, content.length, { blobHTTPHeaders }));
    },

    async partLinks(path, upload, parts, lifetimeMs) {
      const container = await open();
      // Whoever has the links cannot make it.
      await container.createIfNotExists();
      const link = await access.writeLink(account, container, path, lifetimeMs);
      return Array.from({ length: parts }, (_, index) => {
        const id = encodeURIComponent(blockId(upload, index + 1));
        return `${link}&comp=block&blockid=${id}`;
      });
    },

    async assemble(path, upload, parts) {
      const blob = await blobOf(path);
      const ids = parts.map((part) => blockId(upload, part));
      try {
        await blob.commitBlockList(ids, { blobHTTPHeaders });
        return "assembled";
      } catch (error) {
        if (storageCode(error) === "InvalidBlockList" || storageStatus(error) === 404) return "missing";
        throw error;
      }
    },

    async remove(path) {
      const container = await open();
      try {
        const below = await blobsBelow(container, `${path}/`);
        const names = [path, ...below.map(({ name }) => name)];
        await removeBlobs(container, names);
      } catch (error) {
        if (storageStatus(error) !== 404) throw error;
      }
    },

    async folders() {
      const container = await open();
      const names = await foldersIn(container);
      return Promise.all(
        names.map(async (folder) => ({ folder, modifiedAt: await firstWritten(container, folder) })),
      );
    },
  };
}

/** Of the first of its files by name: one request, however many there are. */
async function firstWritten(container: ContainerClient, folder: string): Promise<string> {
  const page = await container
    .listBlobsFlat({ prefix: `${folder}/` })
    .byPage({ maxPageSize: 1 })
    .next();
  const [first] = page.done === true ? [] : page.value.segment.blobItems;
  return (first?.properties.lastModified ?? new Date(0)).toISOString();
}
