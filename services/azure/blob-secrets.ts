// Secrets as sealed blobs in a private container, one per owner.
// Why it is so: docs/adr/0003-sealed-secrets.md
import type { ContainerClient } from "@azure/storage-blob";
import { z } from "zod";
import { KeyVaultSecretReference } from "../../domain/shared/key-vault.ts";
import type { SecretStore } from "../secrets.ts";
import { blobsBelow, contentOf, intoContainer, storageStatus } from "./blob-containers.ts";
import type { BlobAccess, StorageAccount } from "./blob-containers.ts";
import type { Sealer } from "./sealing.ts";

const containerName = "batchai-secrets";
const Sources = z.record(z.string(), z.union([z.string(), KeyVaultSecretReference]));

/** One owner's envelope, unless it was written or removed meanwhile: what is there then has the current key. */
async function resealOne(
  container: ContainerClient,
  owner: string,
  seal: Sealer,
): Promise<"resealed" | "current" | "unreadable"> {
  const blob = container.getBlockBlobClient(owner);
  try {
    const { bytes, etag } = await contentOf(blob);
    const envelope = bytes.toString("utf8");
    let text: string;
    try {
      if (!seal.isOutdated(owner, envelope)) return "current";
      text = seal.open(owner, envelope);
    } catch {
      return "unreadable";
    }
    const again = seal.seal(owner, text);
    await blob.upload(again, Buffer.byteLength(again), { conditions: { ifMatch: etag } });
    return "resealed";
  } catch (error) {
    const status = storageStatus(error);
    if (status === 404 || status === 412) return "current";
    throw error;
  }
}

export function blobSecrets(access: BlobAccess, account: StorageAccount, seal: Sealer): SecretStore {
  const open = () => access.container(account, containerName);
  return {
    async put(owner, values) {
      const container = await open();
      const envelope = seal.seal(owner, JSON.stringify(Object.fromEntries(values)));
      await intoContainer(container, () =>
        container.getBlockBlobClient(owner).upload(envelope, Buffer.byteLength(envelope)),
      );
    },
    async get(owner) {
      const container = await open();
      try {
        const { bytes } = await contentOf(container.getBlobClient(owner));
        const values = Sources.parse(JSON.parse(seal.open(owner, bytes.toString("utf8"))));
        return new Map(Object.entries(values));
      } catch (error) {
        if (storageStatus(error) === 404) return new Map();
        throw error;
      }
    },
    async remove(owner) {
      const container = await open();
      try {
        await container.getBlobClient(owner).deleteIfExists();
      } catch (error) {
        if (storageStatus(error) !== 404) throw error;
      }
    },
    async reseal() {
      if (!seal.hasEarlierKeys) return undefined;
      const container = await open();
      let resealed = 0;
      let unreadable = 0;
      for (const { name } of await blobsBelow(container, "")) {
        const outcome = await resealOne(container, name, seal);
        if (outcome === "resealed") resealed += 1;
        if (outcome === "unreadable") unreadable += 1;
      }
      return { resealed, unreadable };
    },
    async owners() {
      const blobs = await blobsBelow(await open(), "");
      return blobs.map(({ name, modifiedAt }) => ({ owner: name, modifiedAt }));
    },
  };
}
