// The options of `az batchai` that name a storage account and what is mounted from it, and the mounts they mean.
import { text } from "../options.ts";
import { usageError } from "../failure.ts";
import type { Service, StorageAccount } from "../service.ts";
import { isObject } from "./read-spec.ts";

export const storageOptions = {
  storageAccountName: text("--storage-account-name <name>", "storage account of placeholders and mounts"),
  storageAccountKey: text("--storage-account-key <key>", "its key (better: $AZURE_BATCHAI_STORAGE_KEY)"),
  fileShare: text("--afs-name <share>", "file share to mount"),
  fileShareMount: text("--afs-mount-path <path>", "where below the mount root", "afs"),
  container: text("--bfs-name <container>", "blob container to mount"),
  containerMount: text("--bfs-mount-path <path>", "where below the mount root", "bfs"),
};

export interface StorageGiven {
  readonly storageAccountName: string | undefined;
  readonly storageAccountKey: string | undefined;
  readonly fileShare: string | undefined;
  readonly fileShareMount: string;
  readonly container: string | undefined;
  readonly containerMount: string;
}

type Account = Pick<StorageAccount, "name" | "key">;

/** Options, else the environment, else the local cloud's own account; undefined when none is named. */
export function accountOf(
  given: StorageGiven,
  service: Pick<Service, "environment" | "storage">,
): Account | undefined {
  const { environment, storage } = service;
  const name = given.storageAccountName ?? environment["AZURE_BATCHAI_STORAGE_ACCOUNT"];
  const key = given.storageAccountKey ?? environment["AZURE_BATCHAI_STORAGE_KEY"];
  if (!name) {
    if (given.storageAccountKey === undefined) return storage;
    throw usageError("--storage-account-key needs --storage-account-name.");
  }
  if (key) return { name, key };
  if (storage?.name === name) return storage;
  throw usageError(`The key of the storage account '${name}' is missing: --storage-account-key.`);
}

/** `mountVolumes` with the mounts that the options add to those of the file. */
export function withMounts(
  mountVolumes: unknown,
  given: StorageGiven,
  account: Account | undefined,
): object | undefined {
  const { fileShare, container } = given;
  const known = isObject(mountVolumes) ? mountVolumes : undefined;
  if (fileShare === undefined && container === undefined) return known;
  if (account === undefined)
    throw usageError("Whose share or container is to be mounted? Give --storage-account-name and its key.");
  const credentials = { accountKey: account.key };
  const share = {
    accountName: account.name,
    azureFileUrl: `https://${account.name}.file.core.windows.net/${fileShare}`,
    credentials,
    relativeMountPath: given.fileShareMount,
  };
  const blob = {
    accountName: account.name,
    containerName: container,
    credentials,
    relativeMountPath: given.containerMount,
  };
  return {
    ...known,
    ...(fileShare === undefined ? {} : { azureFileShares: [...listOf(known?.["azureFileShares"]), share] }),
    ...(container === undefined
      ? {}
      : { azureBlobFileSystems: [...listOf(known?.["azureBlobFileSystems"]), blob] }),
  };
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
