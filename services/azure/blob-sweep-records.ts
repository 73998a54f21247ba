// Records of sweeps in a private container of the service's storage account, one block blob each. What is unchanged since this
// process had it last is not read again, and of what is written only the blocks that changed move: the list of blocks, which is
// written under the ETag, puts them in place all at once.
import type { BlockBlobClient, BlobRequestConditions } from "@azure/storage-blob";
import { recordCache } from "./record-cache.ts";
import type { SweepRecords } from "../sweep-records.ts";
import { blobsBelow, contentOf, intoContainer, storageCode, storageStatus } from "./blob-containers.ts";
import type { BlobAccess, StorageAccount } from "./blob-containers.ts";
import { blocksOf, recordIn } from "./record-lines.ts";
import type { RecordBlock } from "./record-lines.ts";

const containerName = "batchai-sweeps";
const suffix = ".jsonl";
const blobHTTPHeaders = { blobContentType: "application/jsonl" };

export function blobSweepRecords(access: BlobAccess, account: StorageAccount): SweepRecords {
  const open = () => access.container(account, containerName);
  const blobOf = async (guid: string) => (await open()).getBlockBlobClient(`${guid}${suffix}`);
  const cache = recordCache();
  return {
    async read(guid) {
      const known = cache.get(guid);
      try {
        const blob = await blobOf(guid);
        const conditions = known === undefined ? {} : { ifNoneMatch: known.etag };
        const { bytes, etag } = await contentOf(blob, conditions);
        const record = recordIn(bytes.toString("utf8"), known?.record.trials);
        const stored = { record, etag };
        cache.put(guid, stored);
        return stored;
      } catch (error) {
        const status = storageStatus(error);
        if (status === 304 && known !== undefined) return { record: known.record, etag: known.etag };
        cache.forget(guid);
        if (status === 404) return undefined;
        throw error;
      }
    },

    async write(guid, record, etag) {
      const known = cache.get(guid);
      const before = known !== undefined && known.etag === etag ? known : undefined;
      const blocks = blocksOf(record, {
        trials: before?.record.trials ?? [],
        ids: before?.blocks ?? [],
      });
      const [blob, container] = [await blobOf(guid), await open()];
      const conditions = etag === undefined ? { ifNoneMatch: "*" } : { ifMatch: etag };
      try {
        const write = () => put(blob, blocks, before?.blocks ?? [], conditions);
        const written = await intoContainer(container, write);
        if (written.etag === undefined) cache.forget(guid);
        else cache.put(guid, { record, etag: written.etag, blocks: written.ids });
        return "written";
      } catch (error) {
        cache.forget(guid);
        if (isConflict(error, etag)) return "conflict";
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

    async owners() {
      const blobs = await blobsBelow(await open(), "");
      return blobs.map(({ name, modifiedAt }) => ({ sweepGuid: name.replace(suffix, ""), modifiedAt }));
    },
  };
}

interface Put {
  readonly etag?: string | undefined;
  /** Of the blocks, in order; none where the blob was written at once. */
  readonly ids: readonly string[];
}

async function put(
  blob: BlockBlobClient,
  blocks: readonly RecordBlock[],
  stored: readonly string[],
  conditions: BlobRequestConditions,
): Promise<Put> {
  const [only] = blocks;
  if (blocks.length === 1 && only !== undefined) {
    const text = only.text();
    const { etag } = await blob.upload(text, Buffer.byteLength(text), { conditions, blobHTTPHeaders });
    return { etag, ids: [] };
  }
  const known = new Set(stored);
  await Promise.all(
    blocks
      .filter(({ id }) => !known.has(id))
      .map(async (block) => {
        const text = block.text();
        await blob.stageBlock(block.id, text, Buffer.byteLength(text));
      }),
  );
  const ids = blocks.map(({ id }) => id);
  const { etag } = await blob.commitBlockList(ids, { conditions, blobHTTPHeaders });
  return { etag, ids };
}

/** 409: BlobAlreadyExists; 404: it was removed; InvalidBlockList: somebody else's list has thrown away what was staged. */
function isConflict(error: unknown, etag: string | undefined): boolean {
  const status = storageStatus(error);
  if (status === 412 || status === 409 || storageCode(error) === "InvalidBlockList") return true;
  return status === 404 && etag !== undefined;
}
