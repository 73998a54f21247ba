// Application packages in the account's storage: one container, a blob per package. A package is fetched and unpacked
// beside its place and moved there whole, so that a folder that exists is complete.
import { mkdir, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import type { ContainerClient } from "@azure/storage-blob";
import type { Random } from "../../random.ts";
import type { PackageStore } from "../service/ports/package-store.ts";
import { UnzipError, unzip } from "./unzip.ts";
import type { UnzipLimits } from "./unzip.ts";

const containerName = "application-packages";
const defaultLimits: UnzipLimits = { bytes: 16 * 2 ** 30, entries: 200_000 };

export function createPackageStore(o: {
  readonly connectionString: string;
  readonly random: Random;
  readonly limits?: UnzipLimits;
}): PackageStore {
  let opened: Promise<ContainerClient> | undefined;
  const open = () => (opened ??= openContainer(o.connectionString));
  return {
    async uploadUrl(name, expiresAtMs) {
      const container = await open();
      await container.createIfNotExists();
      const { BlobSASPermissions } = await import("@azure/storage-blob");
      return container.getBlockBlobClient(name).generateSasUrl({
        permissions: BlobSASPermissions.parse("rcw"),
        expiresOn: new Date(expiresAtMs),
      });
    },
    has: async (name) => (await open()).getBlobClient(name).exists(),
    async unpack(name, folder) {
      const beside = `${folder}.${o.random.uuid()}`;
      await mkdir(dirname(folder), { recursive: true });
      try {
        await (await open()).getBlobClient(name).downloadToFile(`${beside}.zip`);
        await unzip(`${beside}.zip`, beside, o.limits ?? defaultLimits);
        await rename(beside, folder);
        return undefined;
      } catch (error) {
        return reasonOf(error);
      } finally {
        await rm(`${beside}.zip`, { force: true });
        await rm(beside, { recursive: true, force: true });
      }
    },
    async remove(name) {
      await (await open()).getBlobClient(name).deleteIfExists();
    },
  };
}

async function openContainer(connectionString: string): Promise<ContainerClient> {
  const { BlobServiceClient } = await import("@azure/storage-blob");
  return BlobServiceClient.fromConnectionString(connectionString).getContainerClient(containerName);
}

function reasonOf(error: unknown): string {
  if (error instanceof UnzipError) return `The package cannot be unpacked: ${error.message}.`;
  if ((error as { statusCode?: number }).statusCode === 404) return "The package's blob does not exist.";
  return `The package cannot be fetched: ${error instanceof Error ? error.message : String(error)}.`;
}
