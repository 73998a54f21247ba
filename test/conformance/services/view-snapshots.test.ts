// Snapshots of views in blobs.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BlobServiceClient, StorageSharedKeyCredential } from "@azure/storage-blob";
import type { Azurite } from "../../../local/storage/index.ts";
import { blobViewSnapshots } from "../../../services/azure/blob-view-snapshots.ts";
import { blobsOf, startStorage, storageAccount } from "../../support/app/storage.ts";

let storage: Azurite;
beforeAll(async () => {
  storage = await startStorage();
});
afterAll(() => storage.dispose());

const snapshots = (build = "a") => blobViewSnapshots(blobsOf(storage), storageAccount, async () => build);

describe("snapshots of views", () => {
  it("are read as they were written last, by the same build alone", async () => {
    expect(await snapshots().read("e/jobs")).toBeUndefined();
    await snapshots().write("e/jobs", "first");
    await snapshots().write("e/jobs", `second é ${"x".repeat(100_000)}`);
    expect(await snapshots().read("e/jobs")).toBe(`second é ${"x".repeat(100_000)}`);
    expect(await snapshots("b").read("e/jobs")).toBeUndefined();
  });

  it("go with what they are of, whichever build wrote them, and with nothing whose name merely begins so", async () => {
    await snapshots().write("f/jobs", "one");
    await snapshots("b").write("f/runs", "two");
    await snapshots().write("f2/jobs", "another's");
    await snapshots().removeBelow("f");
    expect(await snapshots().read("f/jobs")).toBeUndefined();
    expect(await snapshots("b").read("f/runs")).toBeUndefined();
    expect(await snapshots().read("f2/jobs")).toBe("another's");
    await snapshots().removeBelow("f");
  });

  it("go when they are old", async () => {
    await snapshots().write("g/jobs", "one");
    expect(await snapshots().removeBefore(new Date(0).toISOString())).toBe(0);
    expect(await snapshots().read("g/jobs")).toBe("one");
    const tomorrow = new Date(Date.now() + 86_400_000).toISOString();
    expect(await snapshots().removeBefore(tomorrow)).toBeGreaterThan(0);
    expect(await snapshots().read("g/jobs")).toBeUndefined();
  });

  it("that are torn are refused, and one that was cut off is none", async () => {
    await snapshots().write("h/jobs", "whole ".repeat(1_000));
    const key = new StorageSharedKeyCredential(storageAccount.name, storageAccount.key);
    const service = new BlobServiceClient(storage.blobUrl, key);
    const blob = service.getContainerClient("batchai-views").getBlockBlobClient("h/jobs/a.gz");
    const bytes = await blob.downloadToBuffer();
    const cut = bytes.subarray(0, bytes.length - 9);
    await blob.upload(cut, cut.length);
    await expect(snapshots().read("h/jobs")).rejects.toThrow();
  });
});
