// The quickstart's recipe, as a user would use it: job and cluster files with their placeholders filled, data and code
// uploaded into the user's storage. Nothing here is special to the local cloud.
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { LocalCloudDescription } from "../../../local/start.ts";

/** The folder made by the build: cluster.json, job.json, code/ (the bundled program) and data/ (IDX files). */
export interface Recipe {
  readonly directory: string;
}

export const containerName = "mnist";
export const shareName = "results";

/** Reads `cluster.json` or `job.json`, replacing `<NAME>` placeholders as the 2018 command line did. */
export async function readTemplate(
  recipe: Recipe,
  file: string,
  values: Readonly<Record<string, string>>,
): Promise<unknown> {
  const text = await readFile(join(recipe.directory, file), "utf8");
  const filled = text.replace(/<([A-Z_]+)>/g, (placeholder, name: string) => {
    const value = values[name];
    return value === undefined ? placeholder : JSON.stringify(value).slice(1, -1);
  });
  return JSON.parse(filled);
}

/** Creates the container and the share, and uploads `code/` and `data/`; returns how many bytes travelled. */
export async function uploadInputs(recipe: Recipe, cloud: LocalCloudDescription): Promise<number> {
  const { BlobServiceClient, StorageSharedKeyCredential } = await import("@azure/storage-blob");
  const shares = await import("@azure/storage-file-share");
  const { name, key } = cloud.storageAccount;
  const share = new shares.ShareServiceClient(
    cloud.urls.file,
    new shares.StorageSharedKeyCredential(name, key),
  );
  await share.getShareClient(shareName).createIfNotExists();
  const blobs = new BlobServiceClient(cloud.urls.blob, new StorageSharedKeyCredential(name, key));
  const container = blobs.getContainerClient(containerName);
  await container.createIfNotExists();
  let sizeBytes = 0;
  for (const folder of ["code", "data"]) {
    for (const file of await readdir(join(recipe.directory, folder))) {
      const content = await readFile(join(recipe.directory, folder, file));
      await container.getBlockBlobClient(`${folder}/${file}`).uploadData(content);
      sizeBytes += content.length;
    }
  }
  return sizeBytes;
}
