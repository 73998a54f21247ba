// Uploads what a node has to tell about itself to a container of the caller's ("Compute Node - Upload Batch Service Logs").
import { readFile } from "node:fs/promises";
import { urlFor, type StorageAccess } from "./storage-access.ts";

export interface LogFile {
  readonly name: string;
  /** The text itself, or a file on this machine that may be missing. */
  readonly content: string | { readonly path: string };
}

export interface LogUpload {
  readonly containerUrl: string;
  readonly identity?: string;
  /** Virtual directory in the container. */
  readonly directory: string;
  readonly files: readonly LogFile[];
}

export type LogUploader = (
  upload: LogUpload,
) => Promise<
  { readonly ok: true; readonly uploaded: number } | { readonly ok: false; readonly reason: string }
>;

export function createLogUploader(storage: StorageAccess | undefined): LogUploader {
  return async (upload) => {
    const { ContainerClient } = await import("@azure/storage-blob");
    try {
      const url = await urlFor(upload, upload.containerUrl, "write", storage);
      const container = new ContainerClient(url, undefined, { retryOptions: { maxTries: 1 } });
      let uploaded = 0;
      for (const file of upload.files) {
        const content =
          typeof file.content === "string" ? Buffer.from(file.content) : await bytesOf(file.content.path);
        if (content === undefined) continue;
        await container.getBlockBlobClient(`${upload.directory}/${file.name}`).uploadData(content);
        uploaded += 1;
      }
      return { ok: true, uploaded };
    } catch (error) {
      const status = error instanceof Error && "statusCode" in error ? String(error.statusCode) : "no answer";
      return { ok: false, reason: `The container could not be written to (${status})` };
    }
  };
}

const bytesOf = (path: string) => readFile(path).catch(() => undefined);
