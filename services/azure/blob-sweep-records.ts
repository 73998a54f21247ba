// Records of sweeps in a private container of the service's storage account, one block blob each. What is unchanged since this
// process had it last is not read again.
import { SweepRecord } from "../../domain/sweep/trial.ts";
import { textOfNumbers } from "../../domain/metric/number.ts";
import { recordCache } from "./record-cache.ts";
import type { SweepRecords } from "../sweep-records.ts";
import { intoContainer, storageStatus } from "./blob-containers.ts";
import type { BlobAccess, StorageAccount } from "./blob-containers.ts";

const containerName = "batchai-sweeps";

export function blobSweepRecords(access: BlobAccess, account: StorageAccount): SweepRecords {
  const open = () => access.container(account, containerName);
  const blobOf = async (guid: string) => (await open()).getBlockBlobClient(`${guid}.json`);
  const cache = recordCache();
  return {
    async read(guid) {
      const known = cache.get(guid);
      try {
        const blob = await blobOf(guid);
        const conditions = known === undefined ? {} : { ifNoneMatch: known.etag };
        const found = await blob.download(0, undefined, { conditions });
        const parts: Buffer[] = [];
        for await (const part of found.readableStreamBody ?? []) parts.push(Buffer.from(part));
        const record = SweepRecord.parse(JSON.parse(Buffer.concat(parts).toString("utf8")));
        const stored = { record, etag: found.etag ?? "" };
        cache.put(guid, stored);
        return stored;
      } catch (error) {
        const status = storageStatus(error);
        if (status === 304) return known;
        cache.forget(guid);
        if (status === 404) return undefined;
        throw error;
      }
    },

    async write(guid, record, etag) {
      const text = textOfNumbers(record);
      const blob = await blobOf(guid);
      try {
        const written = await intoContainer(await open(), () =>
          blob.upload(text, Buffer.byteLength(text), {
            conditions: etag === undefined ? { ifNoneMatch: "*" } : { ifMatch: etag },
            blobHTTPHeaders: { blobContentType: "application/json" },
          }),
        );
        if (written.etag === undefined) cache.forget(guid);
        else cache.put(guid, { record, etag: written.etag });
        return "written";
      } catch (error) {
        cache.forget(guid);
        const status = storageStatus(error);
        // 409: BlobAlreadyExists; 404: it was removed.
        if (status === 412 || status === 409 || (status === 404 && etag !== undefined)) return "conflict";
        throw error;
      }
    },

    async remove(guid) {
      cache.forget(guid);
      try {
        await (await blobOf(guid)).deleteIfExists();
      } catch (error) {
        if (storageStatus(error) !== 404) throw error;
      }
    },
  };
}
