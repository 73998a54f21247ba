// Output listings from Blob containers and Azure file shares, with read-only links, a page of the storage's own at a time: a
// list of many files costs as many reads as it has pages. blobfuse leaves a zero-length marker blob per directory beside the
// prefix of the same name: a name is listed once, as a directory. Which place a job's directory is in is decided by the domain.
import type { TokenCredential } from "@azure/core-auth";
import type { ContainerClient } from "@azure/storage-blob";
import type { FileSASSignatureValues } from "@azure/storage-file-share";
import { AppError } from "../../domain/shared/errors.ts";
import type { Clock } from "../clock.ts";
import type { OutputFile, OutputFiles, StoragePlace } from "../output-files.ts";
import type { Page, PageRequest } from "../state.ts";
import { addressIn, storageCode, storageStatus } from "./blob-containers.ts";
import type { BlobAccess, StorageAccount } from "./blob-containers.ts";
import { endpointOf, isLoopbackHttp } from "./endpoints.ts";
import { listDirectory } from "./share-listing.ts";

const skewMs = 5 * 60_000;

export interface OutputFilesOptions {
  readonly blobs: BlobAccess;
  readonly fileEndpointTemplate: string;
  readonly credential: TokenCredential;
  readonly clock: Clock;
}

interface Wanted {
  readonly linkLifetimeMs: number;
  readonly page: PageRequest;
}

export function storageOutputFiles(options: OutputFilesOptions): OutputFiles {
  return {
    list: async (place, wanted) => {
      try {
        return place.kind === "blob"
          ? await listBlobs(options.blobs, place, wanted)
          : await listShare(options, place, wanted);
      } catch (error) {
        if (error instanceof AppError) throw error;
        throw unreadable(error, place, wanted.page);
      }
    },
    async read(place, name, range) {
      try {
        const file = await openFile(options, place, name);
        return await gathered((await file.download(range.offset, range.maxBytes)).readableStreamBody);
      } catch (error) {
        const status = storageStatus(error);
        // 416: nothing beyond what was read before.
        if (status === 416) return new Uint8Array();
        if (status === 404) return undefined;
        throw unreadable(error, place, { size: 1 });
      }
    },
    async link(place, name, lifetimeMs) {
      if (place.kind === "fileShare") return (await openLinks(options, place)).link(name, lifetimeMs);
      const account = { name: place.accountName, key: place.accountKey };
      const container = await options.blobs.container(account, place.container);
      return options.blobs.readLink(account, container, pathIn(place, name), lifetimeMs);
    },
    async size(place, name) {
      try {
        const file = await openFile(options, place, name);
        return (await file.getProperties()).contentLength ?? 0;
      } catch (error) {
        if (storageStatus(error) === 404) return undefined;
        throw unreadable(error, place, { size: 1 });
      }
    },
  };
}

const settingsOf = ({ size, continuation }: PageRequest) => ({
  maxPageSize: size,
  ...(continuation === undefined ? {} : { continuationToken: continuation }),
});

/** A storage service may say that there is more by an empty token that means "no more". */
const pageOf = (items: readonly OutputFile[], token: string | undefined): Page<OutputFile> => ({
  items,
  ...(token === undefined || token === "" ? {} : { continuation: token }),
});

async function listBlobs(access: BlobAccess, place: StoragePlace, wanted: Wanted): Promise<Page<OutputFile>> {
  const account: StorageAccount = { name: place.accountName, key: place.accountKey };
  const container = await access.container(account, place.container);
  const prefix = place.directory === "" ? "" : `${place.directory}/`;
  const pages = container.listBlobsByHierarchy("/", { prefix, includeMetadata: true });
  const read = await pages.byPage(settingsOf(wanted.page)).next();
  if (read.done === true) return { items: [] };
  const page = read.value;
  /** By leaf name; `key` is what the storage sorts it by. */
  const found = new Map<string, { readonly key: string; readonly file: OutputFile }>();
  for (const item of page.segment.blobItems) {
    const name = item.name.slice(prefix.length).replace(/\/$/, "");
    if (name === "") continue;
    const lastModified = item.properties.lastModified.toISOString();
    const isDirectory = isDirectoryMarker(item.metadata);
    const file = isDirectory
      ? {}
      : {
          contentLength: item.properties.contentLength ?? 0,
          etag: item.properties.etag,
          downloadUrl: await access.readLink(account, container, item.name, wanted.linkLifetimeMs),
        };
    found.set(name, { key: item.name, file: { name, isDirectory, lastModified, ...file } });
  }
  const first = [...page.segment.blobItems, ...(page.segment.blobPrefixes ?? [])]
    .map(({ name }) => name)
    .reduce((least, name) => (name < least ? name : least), "\uffff");
  for (const { name: path } of page.segment.blobPrefixes ?? []) {
    const name = path.slice(prefix.length, -1);
    if (name === "") continue;
    const same = found.get(name);
    if (same?.file.isDirectory === true) continue;
    if (same === undefined && (await wasListedBefore(container, path, first, wanted.page))) continue;
    found.set(name, { key: same?.key ?? path, file: { name, isDirectory: true } });
  }
  const sorted = [...found.values()].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  return pageOf(
    sorted.map(({ file }) => file),
    page.continuationToken,
  );
}

/**
 * The marker `dir` of a directory comes before the prefix `dir/`, and `dir-1` between them: it may have been on the page before.
 * That can be so of few prefixes only, those that the first name of this page begins with but for the slash.
 */
async function wasListedBefore(
  container: ContainerClient,
  path: string,
  first: string,
  { continuation }: PageRequest,
): Promise<boolean> {
  const marker = path.slice(0, -1);
  if (continuation === undefined || first <= marker) return false;
  try {
    return isDirectoryMarker((await container.getBlobClient(marker).getProperties()).metadata);
  } catch (error) {
    if (storageStatus(error) === 404) return false;
    throw error;
  }
}

/** What a blob and a file of a share have in common. */
async function openFile(options: OutputFilesOptions, place: StoragePlace, name: string) {
  if (place.kind === "fileShare") {
    const { share } = await openShare(options, place);
    return share.getDirectoryClient(place.directory).getFileClient(name);
  }
  const account = { name: place.accountName, key: place.accountKey };
  const container = await options.blobs.container(account, place.container);
  return container.getBlobClient(pathIn(place, name));
}

async function openShare(options: OutputFilesOptions, place: StoragePlace) {
  const storage = await import("@azure/storage-file-share");
  if (place.accountKey === undefined)
    throw new AppError(
      "InvalidState",
      `The key of storage account '${place.accountName}' is not known any more.`,
    );
  const endpoint = endpointOf(options.fileEndpointTemplate, place.accountName);
  const isLoopback = isLoopbackHttp(endpoint);
  const key = new storage.StorageSharedKeyCredential(place.accountName, place.accountKey);
  const share = new storage.ShareServiceClient(endpoint, key).getShareClient(place.container);
  return { storage, key, share, isLoopback };
}

/** What signs for a share: links to its files are made of the place's. */
async function openLinks(options: OutputFilesOptions, place: StoragePlace) {
  const { storage, key, share, isLoopback } = await openShare(options, place);
  const now = options.clock.now();
  const startsOn = new Date(now - skewMs);
  const sign = (values: Pick<FileSASSignatureValues, "filePath" | "permissions">, lifetimeMs: number) =>
    storage
      .generateFileSASQueryParameters(
        { shareName: place.container, startsOn, expiresOn: new Date(now + lifetimeMs), ...values },
        key,
      )
      .toString();
  const permissions = storage.FileSASPermissions.parse("r");
  const link = (name: string, lifetimeMs: number): string => {
    const filePath = pathIn(place, name);
    return `${addressIn(share.url, filePath)}?${sign({ filePath, permissions }, lifetimeMs)}`;
  };
  return { storage, share, isLoopback, sign, link };
}

const pathIn = ({ directory }: StoragePlace, name: string) =>
  directory === "" ? name : `${directory}/${name}`;

async function gathered(stream: NodeJS.ReadableStream | undefined): Promise<Uint8Array> {
  const parts: Buffer[] = [];
  for await (const part of stream ?? []) parts.push(Buffer.from(part));
  return Buffer.concat(parts);
}

function isDirectoryMarker(metadata: Readonly<Record<string, string>> | undefined): boolean {
  return Object.entries(metadata ?? {}).some(
    ([name, value]) => name.toLowerCase() === "hdi_isfolder" && value === "true",
  );
}

async function listShare(
  options: OutputFilesOptions,
  place: StoragePlace,
  { linkLifetimeMs, page: asked }: Wanted,
): Promise<Page<OutputFile>> {
  const { storage, share, isLoopback, sign, link } = await openLinks(options, place);
  const url = place.directory === "" ? share.url : addressIn(share.url, place.directory);
  const signature = sign({ permissions: storage.ShareSASPermissions.parse("l") }, skewMs);
  try {
    const { entries, continuation } = await listDirectory({ url, signature, isLoopback }, asked);
    const items = entries.map(({ contentLength, etag, ...entry }): OutputFile =>
      entry.isDirectory
        ? entry
        : { ...entry, contentLength, etag, downloadUrl: link(entry.name, linkLifetimeMs) },
    );
    items.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
    return pageOf(items, continuation);
  } catch (error) {
    // The directory, not the share, is what nothing was written to yet.
    if (storageStatus(error) === 404 && storageCode(error) !== "ShareNotFound") return { items: [] };
    throw error;
  }
}

function unreadable(cause: unknown, place: StoragePlace, { continuation }: PageRequest): AppError {
  const where = `${place.kind === "blob" ? "container" : "file share"} '${place.container}' of '${place.accountName}'`;
  const status = storageStatus(cause);
  if (status === 404) return new AppError("ResourceNotFound", `The ${where} does not exist.`, { cause });
  if (status === 403) return new AppError("InvalidState", `The ${where} refused the stored key.`, { cause });
  if (status === 409)
    return new AppError("InvalidQueryParameter", "directory: is a file; name the directory it is in.", {
      target: "directory",
      cause,
    });
  if (status === 400 && continuation !== undefined)
    return new AppError("InvalidQueryParameter", "$skiptoken: expected the token of a nextLink.", {
      target: "$skiptoken",
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
