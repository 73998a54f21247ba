// The records of sweeps in blobs.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BlobServiceClient, StorageSharedKeyCredential } from "@azure/storage-blob";
import type { Azurite } from "../../../local/storage/index.ts";
import { newTrial } from "../../../domain/sweep/trial.ts";
import type { Trial } from "../../../domain/sweep/trial.ts";
import { blobSweepRecords } from "../../../services/azure/blob-sweep-records.ts";
import { recordCache } from "../../../services/azure/record-cache.ts";
import { blobsOf, startStorage, storageAccount } from "../../support/app/storage.ts";

let storage: Azurite;
beforeAll(async () => {
  storage = await startStorage();
});
afterAll(() => storage.dispose());

const access = () => blobsOf(storage);

describe("the records of sweeps", () => {
  it("are written by one of two who read the same, and keep NaN and infinities", async () => {
    const records = blobSweepRecords(access(), storageAccount);
    expect(await records.read("sweep-1")).toBeUndefined();
    const figures = {
      loss: { n: 3, last: Number.NaN, lastStep: 1, min: -Infinity, minStep: 1, max: Infinity, maxStep: 2 },
    };
    const record = { version: 1 as const, trials: [{ ...newTrial(0, { LR: 0.5 }, 0), figures }] };
    expect(await records.write("sweep-1", record, undefined)).toBe("written");
    expect(await records.write("sweep-1", record, undefined)).toBe("conflict");
    const read = await records.read("sweep-1");
    expect(read?.record).toEqual(record);
    expect(await records.write("sweep-1", { version: 1, trials: [] }, read?.etag)).toBe("written");
    expect(await records.write("sweep-1", record, read?.etag)).toBe("conflict");
    await records.remove("sweep-1");
    await records.remove("sweep-1");
    expect(await records.read("sweep-1")).toBeUndefined();
    expect(await records.write("sweep-1", record, read?.etag)).toBe("conflict");
  });
});

describe("a record of a sweep that was read before", () => {
  it("is not read again while it is the same, and is when somebody else has written it", async () => {
    const [one, other] = [
      blobSweepRecords(access(), storageAccount),
      blobSweepRecords(access(), storageAccount),
    ];
    const record = (count: number) => ({
      version: 1 as const,
      trials: Array.from({ length: count }, (_, index) => newTrial(index, { LR: 0.5 }, 0)),
    });
    await one.write("sweep-2", record(1), undefined);
    const first = await one.read("sweep-2");
    expect((await one.read("sweep-2"))?.record).toBe(first?.record);
    const elsewhere = await other.read("sweep-2");
    expect(elsewhere).toEqual(first);
    expect(await other.write("sweep-2", record(2), elsewhere?.etag)).toBe("written");
    expect(await one.write("sweep-2", record(3), first?.etag)).toBe("conflict");
    expect((await one.read("sweep-2"))?.record.trials).toHaveLength(2);
    await other.remove("sweep-2");
    expect(await one.read("sweep-2")).toBeUndefined();
  });

  it("moves only the blocks whose trials changed, and others see it whole", async () => {
    const [one, other] = [
      blobSweepRecords(access(), storageAccount),
      blobSweepRecords(access(), storageAccount),
    ];
    const trials = Array.from({ length: 650 }, (_, index): Trial => ({
      ...newTrial(index, { LR: index / 7 }, 0),
      error: { code: "x", message: "Größe" },
    }));
    const key = new StorageSharedKeyCredential(storageAccount.name, storageAccount.key);
    const container = new BlobServiceClient(storage.blobUrl, key).getContainerClient("batchai-sweeps");
    const blocks = async () => {
      const list = await container.getBlockBlobClient("sweep-3.jsonl").getBlockList("all");
      expect(list.uncommittedBlocks).toEqual([]);
      return list.committedBlocks?.map(({ name }) => name) ?? [];
    };
    expect(await one.write("sweep-3", { version: 1, trials }, undefined)).toBe("written");
    const first = await blocks();
    expect(first).toHaveLength(4);
    const before = await other.read("sweep-3");
    expect(before?.record.trials).toEqual(trials);

    const next = trials.with(250, newTrial(250, { LR: 9 }, 5)).concat(newTrial(650, {}, 0));
    const stored = await one.read("sweep-3");
    expect(await one.write("sweep-3", { version: 1, trials: next }, stored?.etag)).toBe("written");
    const second = await blocks();
    expect(second.map((id, at) => id === first[at])).toEqual([true, false, true, false]);
    const after = await other.read("sweep-3");
    expect(after?.record.trials).toEqual(next);
    expect(after?.record.trials.filter((trial, at) => trial === before?.record.trials[at])).toHaveLength(649);

    // Who did not write the last one knows no blocks, and a shorter record has fewer.
    expect(await other.write("sweep-3", { version: 1, trials: next.slice(0, 401) }, after?.etag)).toBe(
      "written",
    );
    expect(await blocks()).toHaveLength(3);
    expect(await one.write("sweep-3", { version: 1, trials }, stored?.etag)).toBe("conflict");
    expect((await one.read("sweep-3"))?.record.trials).toEqual(next.slice(0, 401));
    const last = await one.read("sweep-3");
    expect(await one.write("sweep-3", { version: 1, trials: trials.slice(0, 3) }, last?.etag)).toBe(
      "written",
    );
    expect((await other.read("sweep-3"))?.record.trials).toEqual(trials.slice(0, 3));
    expect((await one.owners()).map(({ sweepGuid }) => sweepGuid)).toContain("sweep-3");
    await one.remove("sweep-3");
    expect((await one.owners()).map(({ sweepGuid }) => sweepGuid)).not.toContain("sweep-3");
  });

  it("is forgotten when others need its place", () => {
    const cache = recordCache(3);
    const stored = (count: number) => ({
      etag: "e",
      record: {
        version: 1 as const,
        trials: Array.from({ length: count }, (_, index) => newTrial(index, {}, 0)),
      },
    });
    cache.put("a", stored(1));
    cache.put("b", stored(1));
    cache.get("a");
    cache.put("c", stored(2));
    expect(["a", "b", "c"].filter((guid) => cache.get(guid) !== undefined)).toEqual(["a", "c"]);
  });
});
