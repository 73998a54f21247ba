// The options of `az batchai` that name a storage account and what is mounted from it, or from a file server, and the mounts they mean.
import { formatId, parseId } from "../../domain/shared/resource-id.ts";
import type { FileServerRef, WorkspaceRef } from "../../domain/shared/resource-id.ts";
import { text } from "../options.ts";
import { usageError } from "../failure.ts";
import { publicAccount } from "../service.ts";
import type { Service, StorageAccount } from "../service.ts";
import { isObject } from "./read-spec.ts";

export const accountOptions = {
  storageAccountName: text("--storage-account-name <name>", "storage account of placeholders and mounts"),
  storageAccountKey: text("--storage-account-key <key>", "its key (better: $AZURE_BATCHAI_STORAGE_KEY)"),
};

export const storageOptions = {
  ...accountOptions,
  fileShare: text("--afs-name <share>", "file share to mount"),
  fileShareMount: text("--afs-mount-path <path>", "where below the mount root", "afs"),
  container: text("--bfs-name <container>", "blob container to mount"),
  containerMount: text("--bfs-mount-path <path>", "where below the mount root", "bfs"),
  fileServer: text("--nfs <name>", "file server to mount, by its name or its ARM id"),
  fileServerMount: text("--nfs-mount-path <path>", "where below the mount root", "nfs"),
};

export interface StorageGiven {
  readonly storageAccountName: string | undefined;
  readonly storageAccountKey: string | undefined;
  readonly fileShare: string | undefined;
  readonly fileShareMount: string;
  readonly container: string | undefined;
  readonly containerMount: string;
  readonly fileServer: string | undefined;
  readonly fileServerMount: string;
}

/** Options, else the environment, else the local cloud's own account; undefined when none is named. */
export function accountOf(
  given: Pick<StorageGiven, keyof typeof accountOptions>,
  service: Pick<Service, "environment" | "storage">,
): StorageAccount | undefined {
  const { environment, storage } = service;
  const name = given.storageAccountName ?? environment["AZURE_BATCHAI_STORAGE_ACCOUNT"];
  const key = given.storageAccountKey ?? environment["AZURE_BATCHAI_STORAGE_KEY"];
  if (!name) {
    if (given.storageAccountKey === undefined) return storage;
    throw usageError("--storage-account-key needs --storage-account-name.");
  }
  if (storage?.name === name && (key === undefined || key === storage.key)) return storage;
  if (key) return publicAccount(name, key);
  throw usageError(`The key of the storage account '${name}' is missing: --storage-account-key.`);
}

/** @throws CommandError where none is named. */
export function namedAccount(account: StorageAccount | undefined): StorageAccount {
  if (account !== undefined) return account;
  throw usageError(
    "In which storage account? Give --storage-account-name and its key, or set AZURE_BATCHAI_STORAGE_ACCOUNT and AZURE_BATCHAI_STORAGE_KEY.",
  );
}

export async function makeShare({ name, key, fileUrl }: StorageAccount, share: string): Promise<void> {
  const { ShareServiceClient, StorageSharedKeyCredential } = await import("@azure/storage-file-share");
  const service = new ShareServiceClient(fileUrl, new StorageSharedKeyCredential(name, key));
  await service.getShareClient(share).createIfNotExists();
}

/** `mountVolumes` with the mounts that the options add to those of the file. */
export function withMounts(
  mountVolumes: unknown,
  given: StorageGiven,
  account: StorageAccount | undefined,
  workspace: WorkspaceRef,
): object | undefined {
  return withServer(
    withStorage(isObject(mountVolumes) ? mountVolumes : undefined, given, account),
    given,
    workspace,
  );
}

function withServer(
  known: Readonly<Record<string, unknown>> | undefined,
  { fileServer, fileServerMount }: StorageGiven,
  workspace: WorkspaceRef,
): object | undefined {
  if (fileServer === undefined) return known;
  const ref = fileServerRefOf(fileServer, workspace);
  const server = {
    fileServer: { id: formatId(ref) },
    relativeMountPath: fileServerMount,
    mountOptions: "rw",
  };
  return { ...known, fileServers: [...listOf(known?.["fileServers"]), server] };
}

/** By its name in the workspace, or by its id. */
export function fileServerRefOf(text: string, workspace: WorkspaceRef): FileServerRef {
  if (!text.startsWith("/")) return { ...workspace, kind: "fileServer", fileServer: text };
  const ref = parseId(text);
  if (ref.kind === "fileServer") return ref;
  throw usageError(`--nfs takes a file server's name or its ARM id; '${text}' is neither.`);
}

export function withStorage(
  known: Readonly<Record<string, unknown>> | undefined,
  given: Pick<StorageGiven, "fileShare" | "fileShareMount" | "container" | "containerMount">,
  account: StorageAccount | undefined,
): Readonly<Record<string, unknown>> | undefined {
  const { fileShare, container } = given;
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
