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

/** Resolves to why it could not be done, or to nothing. */
export type LogUploader = (upload: LogUpload) => Promise<string | undefined>;

export function createLogUploader(storage: StorageAccess | undefined): LogUploader {
  return async (upload) => {
    const { ContainerClient } = await import("@azure/storage-blob");
    try {
      const url = await urlFor(upload, upload.containerUrl, "write", storage);
      const container = new ContainerClient(url, undefined, { retryOptions: { maxTries: 1 } });
      for (const file of upload.files) {
        const content = typeof file.content === "string" ? file.content : await bytesOf(file.content.path);
        if (content === undefined) continue;
        await container
          .getBlockBlobClient(`${upload.directory}/${file.name}`)
          .uploadData(Buffer.from(content));
      }
      return undefined;
    } catch (error) {
      const status = error instanceof Error && "statusCode" in error ? String(error.statusCode) : "no answer";
      return `the container could not be written to (${status})`;
    }
  };
}

const bytesOf = (path: string) => readFile(path).catch(() => undefined);
