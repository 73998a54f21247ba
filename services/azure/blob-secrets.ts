// Secrets as sealed blobs in a private container, one per owner.
import { z } from "zod";
import { KeyVaultSecretReference } from "../../domain/shared/key-vault.ts";
import type { SecretStore } from "../secrets.ts";
import { blobsBelow, intoContainer, storageStatus } from "./blob-containers.ts";
import type { BlobAccess, StorageAccount } from "./blob-containers.ts";
import type { Sealer } from "./sealing.ts";

const containerName = "batchai-secrets";
const Sources = z.record(z.string(), z.union([z.string(), KeyVaultSecretReference]));

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
        const content = await container.getBlobClient(owner).downloadToBuffer();
        const values = Sources.parse(JSON.parse(seal.open(owner, content.toString("utf8"))));
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
    async owners() {
      const blobs = await blobsBelow(await open(), "");
      return blobs.map(({ name, modifiedAt }) => ({ owner: name, modifiedAt }));
    },
  };
}
