// Output listings from Blob containers and Azure file shares, with read-only links. blobfuse leaves a zero-length marker
// blob per directory beside the prefix of the same name: a name is listed once, as a directory. Which place a job's
// directory is in is decided by the domain.
import type { TokenCredential } from "@azure/core-auth";
import { AppError } from "../../domain/shared/errors.ts";
import type { Clock } from "../clock.ts";
import type { OutputFile, OutputFiles, StoragePlace } from "../output-files.ts";
import { storageCode, storageStatus } from "./blob-containers.ts";
import type { BlobAccess, StorageAccount } from "./blob-containers.ts";
import { endpointOf, isLoopbackHttp } from "./endpoints.ts";

const skewMs = 5 * 60_000;

export interface OutputFilesOptions {
  readonly blobs: BlobAccess;
  readonly fileEndpointTemplate: string;
  readonly credential: TokenCredential;
  readonly clock: Clock;
}

export function storageOutputFiles(options: OutputFilesOptions): OutputFiles {
  return {
    async list(place, { linkLifetimeMs }) {
      const files =
        place.kind === "blob"
          ? await listBlobs(options.blobs, place, linkLifetimeMs)
          : await listShare(options, place, linkLifetimeMs);
      return files.toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
    },
  };
}

async function listBlobs(
  access: BlobAccess,
  place: StoragePlace,
  linkLifetimeMs: number,
): Promise<OutputFile[]> {
  const account: StorageAccount = { name: place.accountName, key: place.accountKey };
  const container = await access.container(account, place.container);
  const prefix = place.directory === "" ? "" : `${place.directory}/`;
  const found = new Map<string, OutputFile>();
  try {
    for await (const item of container.listBlobsByHierarchy("/", { prefix, includeMetadata: true })) {
      const name = item.name.slice(prefix.length).replace(/\/$/, "");
      if (name === "") continue;
      if (item.kind === "prefix" || isDirectoryMarker(item.metadata)) {
        const lastModified = item.kind === "prefix" ? undefined : item.properties.lastModified.toISOString();
        found.set(name, {
          name,
          isDirectory: true,
          lastModified: lastModified ?? found.get(name)?.lastModified,
        });
      } else if (found.get(name)?.isDirectory !== true) {
        found.set(name, {
          name,
          isDirectory: false,
          lastModified: item.properties.lastModified.toISOString(),
          contentLength: item.properties.contentLength ?? 0,
          downloadUrl: await access.readLink(account, container, item.name, linkLifetimeMs),
        });
      }
    }
  } catch (error) {
    throw unreadable(error, place);
  }
  return [...found.values()];
}

function isDirectoryMarker(metadata: Readonly<Record<string, string>> | undefined): boolean {
  return Object.entries(metadata ?? {}).some(
    ([name, value]) => name.toLowerCase() === "hdi_isfolder" && value === "true",
  );
}

async function listShare(
  options: OutputFilesOptions,
  place: StoragePlace,
  linkLifetimeMs: number,
): Promise<OutputFile[]> {
  const storage = await import("@azure/storage-file-share");
  if (place.accountKey === undefined)
    throw new AppError(
      "InvalidState",
      `The key of storage account '${place.accountName}' is not known any more.`,
    );
  const endpoint = endpointOf(options.fileEndpointTemplate, place.accountName);
  isLoopbackHttp(endpoint);
  const key = new storage.StorageSharedKeyCredential(place.accountName, place.accountKey);
  const share = new storage.ShareServiceClient(endpoint, key).getShareClient(place.container);
  const directory = share.getDirectoryClient(place.directory);
  const now = options.clock.now();
  const link = (name: string): string => {
    const filePath = place.directory === "" ? name : `${place.directory}/${name}`;
    const sas = storage.generateFileSASQueryParameters(
      {
        shareName: place.container,
        filePath,
        permissions: storage.FileSASPermissions.parse("r"),
        startsOn: new Date(now - skewMs),
        expiresOn: new Date(now + linkLifetimeMs),
      },
      key,
    );
    return `${directory.getFileClient(name).url}?${sas.toString()}`;
  };
  const found: OutputFile[] = [];
  try {
    for await (const item of directory.listFilesAndDirectories({ includeTimestamps: true })) {
      const lastModified = item.properties?.lastModified?.toISOString();
      if (item.kind === "directory") found.push({ name: item.name, isDirectory: true, lastModified });
      else
        found.push({
          name: item.name,
          isDirectory: false,
          lastModified,
          contentLength: item.properties?.contentLength,
          downloadUrl: link(item.name),
        });
    }
  } catch (error) {
    // The directory, not the share, is what nothing was written to yet.
    if (storageStatus(error) === 404 && storageCode(error) !== "ShareNotFound") return [];
    throw unreadable(error, place);
  }
  return found;
}

function unreadable(cause: unknown, place: StoragePlace): AppError {
  const where = `${place.kind === "blob" ? "container" : "file share"} '${place.container}' of '${place.accountName}'`;
  const status = storageStatus(cause);
  if (status === 404) return new AppError("ResourceNotFound", `The ${where} does not exist.`, { cause });
  if (status === 403) return new AppError("InvalidState", `The ${where} refused the stored key.`, { cause });
  if (status === 409)
    return new AppError("InvalidQueryParameter", "directory: is a file; name the directory it is in.", {
      target: "directory",
      cause,
    });
  if (status === 400)
    return new AppError(
      "InvalidQueryParameter",
      `directory: the ${where} cannot have such a path; use the names that the list of the directory above shows.`,
      { target: "directory", cause },
    );
  return new AppError("ServiceUnavailable", `The ${where} could not be read.`, { cause });
}
