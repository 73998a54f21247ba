// A file share that holds files by their content: what is there already never travels again.
import { createReadStream } from "node:fs";
import type { ShareDirectoryClient, ShareFileClient } from "@azure/storage-file-share";
import type { StorageAccount } from "../service.ts";

export interface ShareStore {
  /** @returns whether it had to travel. */
  put(name: string, content: StoredContent): Promise<boolean>;
}

export type StoredContent = { readonly text: string } | { readonly file: string; readonly sizeBytes: number };

/** Azure Files takes at most 4 MiB at once. */
const rangeBytes = 4 * 1024 ** 2;
const rangesAtOnce = 4;

/** Opens, and makes where it is missing, the folder `folder` of the share. */
export async function openShareStore(
  account: StorageAccount,
  share: string,
  folder: string,
): Promise<ShareStore> {
  const { ShareServiceClient, StorageSharedKeyCredential } = await import("@azure/storage-file-share");
  const credential = new StorageSharedKeyCredential(account.name, account.key);
  const client = new ShareServiceClient(account.fileUrl, credential).getShareClient(share);
  await client.createIfNotExists();
  const directory = client.getDirectoryClient(folder);
  await directory.createIfNotExists();
  return { put: (name, content) => put(directory, name, content) };
}

/** Set once all of the content has arrived: an upload that broke off leaves a file of the right size. */
const whole = { whole: "yes" };

async function put(directory: ShareDirectoryClient, name: string, content: StoredContent): Promise<boolean> {
  const file = directory.getFileClient(name);
  if (await isWhole(file)) return false;
  if ("text" in content) await file.uploadData(Buffer.from(content.text));
  else if (content.sizeBytes === 0) await file.create(0);
  else await file.uploadStream(createReadStream(content.file), content.sizeBytes, rangeBytes, rangesAtOnce);
  await file.setMetadata(whole);
  return true;
}

async function isWhole(file: ShareFileClient): Promise<boolean> {
  const found = await file.getProperties().catch((error: unknown) => {
    if ((error as { statusCode?: number }).statusCode === 404) return undefined;
    throw error;
  });
  return found?.metadata?.["whole"] === whole.whole;
}
