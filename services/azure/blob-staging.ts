// Staging in a private container of the service's storage account. Removing lists by prefix: a job's files are few.
import type { Staging } from "../staging.ts";
import { blobsBelow, intoContainer, removeBlobs, storageStatus } from "./blob-containers.ts";
import type { BlobAccess, StorageAccount } from "./blob-containers.ts";

const containerName = "batchai-staging";

export function blobStaging(access: BlobAccess, account: StorageAccount): Staging {
  const open = () => access.container(account, containerName);
  return {
    async put(files) {
      const container = await open();
      await intoContainer(container, () =>
        Promise.all(
          files.map(({ path, content }) =>
            container.getBlockBlobClient(path).upload(content, Buffer.byteLength(content), {
              blobHTTPHeaders: { blobContentType: "text/plain; charset=utf-8" },
            }),
          ),
        ),
      );
    },
    async link(path, lifetimeMs) {
      return access.readLink(account, await open(), path, lifetimeMs);
    },
    async list(prefix) {
      const blobs = await blobsBelow(await open(), prefix);
      return blobs.map(({ name, modifiedAt }) => ({ path: name, modifiedAt }));
    },
    async remove(paths) {
      const container = await open();
      try {
        await removeBlobs(container, paths);
      } catch (error) {
        if (storageStatus(error) !== 404) throw error;
      }
    },
    async removeAll(prefix) {
      const container = await open();
      const blobs = await blobsBelow(container, prefix);
      await removeBlobs(
        container,
        blobs.map(({ name }) => name),
      );
    },
  };
}
