// Records of sweeps in a private container of the service's storage account, one block blob each.
import { SweepRecord } from "../../domain/sweep/trial.ts";
import { toWireNumber } from "../../domain/sweep/objective.ts";
import type { SweepRecords } from "../sweep-records.ts";
import { intoContainer, storageStatus } from "./blob-containers.ts";
import type { BlobAccess, StorageAccount } from "./blob-containers.ts";

const containerName = "batchai-sweeps";

export function blobSweepRecords(access: BlobAccess, account: StorageAccount): SweepRecords {
  const open = () => access.container(account, containerName);
  const blobOf = async (guid: string) => (await open()).getBlockBlobClient(`${guid}.json`);
  return {
    async read(guid) {
      try {
        const blob = await blobOf(guid);
        const found = await blob.download();
        const parts: Buffer[] = [];
        for await (const part of found.readableStreamBody ?? []) parts.push(Buffer.from(part));
        const record = SweepRecord.parse(JSON.parse(Buffer.concat(parts).toString("utf8")));
        return { record, etag: found.etag ?? "" };
      } catch (error) {
        if (storageStatus(error) === 404) return undefined;
        throw error;
      }
    },

    async write(guid, record, etag) {
      const text = recordText(record);
      const blob = await blobOf(guid);
      try {
        await intoContainer(await open(), () =>
          blob.upload(text, Buffer.byteLength(text), {
            conditions: etag === undefined ? { ifNoneMatch: "*" } : { ifMatch: etag },
            blobHTTPHeaders: { blobContentType: "application/json" },
          }),
        );
        return "written";
      } catch (error) {
        const status = storageStatus(error);
        // 409: BlobAlreadyExists; 404: it was removed.
        if (status === 412 || status === 409 || (status === 404 && etag !== undefined)) return "conflict";
        throw error;
      }
    },

    async remove(guid) {
      try {
        await (await blobOf(guid)).deleteIfExists();
      } catch (error) {
        if (storageStatus(error) !== 404) throw error;
      }
    },
  };
}

/** JSON has no NaN and no infinities. */
function recordText(record: SweepRecord): string {
  return JSON.stringify(record, (_key, value: unknown) =>
    typeof value === "number" ? toWireNumber(value) : value,
  );
}
