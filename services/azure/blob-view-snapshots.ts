// Snapshots of views in a private container of the service's storage account, compressed, one blob for each build of the program: what one
// build makes of a document another one may make otherwise.
import { gunzip, gzip } from "node:zlib";
import { promisify } from "node:util";
import type { ViewSnapshots } from "../view-snapshots.ts";
import { blobsBelow, contentOf, intoContainer, removeBlobs, storageStatus } from "./blob-containers.ts";
import type { BlobAccess, StorageAccount } from "./blob-containers.ts";

const containerName = "batchai-views";
const [compressed, decompressed] = [promisify(gzip), promisify(gunzip)];
/** Texts of many alike documents: more effort saves little. */
const level = 1;

export function blobViewSnapshots(
  access: BlobAccess,
  account: StorageAccount,
  build: () => Promise<string>,
): ViewSnapshots {
  const open = () => access.container(account, containerName);
  const blobOf = async (name: string) => (await open()).getBlockBlobClient(`${name}/${await build()}.gz`);
  return {
    async read(name) {
      try {
        const { bytes } = await contentOf(await blobOf(name));
        return (await decompressed(bytes)).toString("utf8");
      } catch (error) {
        if (storageStatus(error) === 404) return undefined;
        throw error;
      }
    },
    async write(name, text) {
      const [blob, container] = [await blobOf(name), await open()];
      const bytes = await compressed(text, { level });
      const blobHTTPHeaders = { blobContentType: "application/gzip" };
      await intoContainer(container, () => blob.upload(bytes, bytes.length, { blobHTTPHeaders }));
    },
    async removeBelow(name) {
      const container = await open();
      const blobs = await blobsBelow(container, `${name}/`);
      await removeBlobs(
        container,
        blobs.map((blob) => blob.name),
      );
    },
    async removeBefore(time) {
      const container = await open();
      const blobs = await blobsBelow(container, "");
      const old = blobs.filter(({ modifiedAt }) => modifiedAt < time).map(({ name }) => name);
      await removeBlobs(container, old);
      return old.length;
    },
  };
}
