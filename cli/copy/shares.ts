// Files of an Azure file share, by the key of its account.
import type { Readable } from "node:stream";
import type { ShareClient } from "@azure/storage-file-share";
import { joinPath } from "../../domain/shared/join-path.ts";
import type { StorageAccount } from "../service.ts";
import type { FoundFile, Source, Target } from "./side.ts";
import { isMissing, storageError } from "./storage-error.ts";

/** Azure Files takes at most 4 MiB at once. */
const rangeBytes = 4 * 1024 ** 2;
const rangesAtOnce = 4;

async function shareOf({ name, key, fileUrl }: StorageAccount, share: string): Promise<ShareClient> {
  const { ShareServiceClient, StorageSharedKeyCredential } = await import("@azure/storage-file-share");
  return new ShareServiceClient(fileUrl, new StorageSharedKeyCredential(name, key)).getShareClient(share);
}

export function sourceShare(account: StorageAccount, share: string, path: string): Source {
  const what = `share '${share}' of '${account.name}'`;
  return {
    async *files() {
      try {
        const client = await shareOf(account, share);
        const file = path === "" ? undefined : await fileOf(client, path);
        if (file === undefined) yield* filesBelow(client, path, "");
        else yield file;
      } catch (error) {
        throw storageError(error, what);
      }
    },
  };
}

async function fileOf(client: ShareClient, path: string): Promise<FoundFile | undefined> {
  const file = client.rootDirectoryClient.getFileClient(path);
  try {
    const { contentLength = 0 } = await file.getProperties();
    return { path: "", sizeBytes: contentLength, open: () => opened(client, path) };
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

async function* filesBelow(client: ShareClient, root: string, below: string): AsyncGenerator<FoundFile> {
  const path = joinPath(root, below);
  try {
    for await (const entry of client.getDirectoryClient(path).listFilesAndDirectories()) {
      const name = joinPath(below, entry.name);
      if (entry.kind === "directory") yield* filesBelow(client, root, name);
      else {
        const full = joinPath(path, entry.name);
        const sizeBytes = entry.properties.contentLength;
        yield { path: name, sizeBytes, open: () => opened(client, full) };
      }
    }
  } catch (error) {
    // The share is what somebody named wrongly; a folder that is not there holds nothing.
    if (isMissing(error, "ShareNotFound") || !isMissing(error)) throw error;
  }
}

async function opened(client: ShareClient, path: string): Promise<Readable> {
  const { readableStreamBody } = await client.rootDirectoryClient.getFileClient(path).download();
  if (readableStreamBody === undefined) throw new Error(`${path} came without content`);
  return readableStreamBody as Readable;
}

export function targetShare(
  account: StorageAccount,
  share: string,
  path: string,
  isNamedFolder: boolean,
): Target {
  const what = `share '${share}' of '${account.name}'`;
  const made = new Map<string, Promise<unknown>>();
  const once = (folder: string, make: () => Promise<unknown>) => {
    const going = made.get(folder) ?? make();
    made.set(folder, going);
    return going;
  };
  return {
    async isFolder() {
      if (path === "" || isNamedFolder) return true;
      const client = await shareOf(account, share);
      return client
        .getDirectoryClient(path)
        .exists()
        .catch(() => false);
    },
    async write(below, file, onBytes) {
      const full = joinPath(path, below);
      try {
        const client = await shareOf(account, share);
        await once("", () => client.createIfNotExists());
        const folders = full.split("/").slice(0, -1);
        for (const [depth] of folders.entries()) {
          const folder = folders.slice(0, depth + 1).join("/");
          await once(folder, () => client.getDirectoryClient(folder).createIfNotExists());
        }
        const target = client.rootDirectoryClient.getFileClient(full);
        if (file.sizeBytes === 0) await target.create(0);
        else
          await target.uploadStream(
            await file.open(),
            file.sizeBytes,
            rangeBytes,
            rangesAtOnce,
            counted(onBytes),
          );
      } catch (error) {
        throw storageError(error, what);
      }
      return `share:${share}/${full}`;
    },
  };
}

/** The library tells how many there are so far. */
export function counted(onBytes: (count: number) => void) {
  let told = 0;
  return {
    onProgress: ({ loadedBytes }: { readonly loadedBytes: number }) => {
      onBytes(Math.max(0, loadedBytes - told));
      told = Math.max(told, loadedBytes);
    },
  };
}
