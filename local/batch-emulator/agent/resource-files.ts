// Puts a task's resource files in place before its process starts. Failures are values: the error codes of Azure Batch
// (REST API, "TaskFailureInformation" and resource file documentation). Nothing is ever written outside the directory.
import { createWriteStream } from "node:fs";
import { chmod, mkdir, realpath } from "node:fs/promises";
import { basename, dirname, relative, resolve, sep } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { delay, type Clock } from "../../clock.ts";
import type { Random } from "../../random.ts";
import type { LaunchFailure, ResourceFile } from "./executor.ts";
import { urlFor, type StorageAccess } from "./storage-access.ts";
import { isCode } from "./launch-records.ts";

export interface StagingContext {
  readonly clock: Clock;
  readonly random: Random;
  readonly fetch: typeof fetch;
  readonly storage?: StorageAccess | undefined;
}

interface Download {
  readonly url: string;
  readonly path: string;
  readonly mode: number;
}

const attempts = 3;
const firstPauseMs = 200;
/** A download that receives nothing for this long has timed out. */
const silenceMs = 60_000;
const parallel = 4;

class StagingError extends Error {
  readonly failure: LaunchFailure;
  constructor(failure: LaunchFailure) {
    super(failure.message);
    this.failure = failure;
  }
}

/** Resolves undefined when every file is in place; the signal aborts by rejection. */
export async function stageResourceFiles(
  files: readonly ResourceFile[],
  directory: string,
  context: StagingContext,
  signal: AbortSignal,
): Promise<LaunchFailure | undefined> {
  try {
    for (const file of files) {
      const downloads = await plan(file, directory, context, signal);
      await inParallel(downloads, (download) => fetchInto(download, directory, context, signal));
    }
    return undefined;
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof StagingError) return error.failure;
    throw error;
  }
}

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values();
  const results = await Promise.allSettled(
    Array.from({ length: Math.min(parallel, items.length) }, async () => {
      for (const item of queue) await work(item);
    }),
  );
  for (const result of results) if (result.status === "rejected") throw result.reason;
}

async function plan(
  file: ResourceFile,
  directory: string,
  context: StagingContext,
  signal: AbortSignal,
): Promise<Download[]> {
  const mode = Number.parseInt(file.fileMode ?? "0770", 8);
  if (file.httpUrl !== undefined) {
    const name = file.filePath ?? decodeURIComponent(basename(new URL(file.httpUrl).pathname));
    const url = await urlFor(file, file.httpUrl, "read", context.storage);
    return [{ url, path: inside(directory, name), mode }];
  }
  const container =
    file.storageContainerUrl === undefined
      ? await context.storage?.container(file.autoStorageContainerName ?? "")
      : await urlFor(file, file.storageContainerUrl, "read", context.storage);
  if (container === undefined)
    throw fail("ResourceContainerNotFound", "The account has no auto-storage container of this name.", {
      Container: file.autoStorageContainerName ?? "",
    });
  const blobs = await listBlobs(container, file.blobPrefix, signal);
  const target = inside(directory, file.filePath ?? ".");
  return blobs.map(({ name, url }) => ({ url, path: inside(target, name), mode }));
}

/** The path of `name` below `directory`; a name that leads out of it is refused. */
function inside(directory: string, name: string): string {
  const path = resolve(directory, name);
  if (isWithin(directory, path)) return path;
  throw fail("ResourceFileCreateFailed", "The file path leads out of the task's directory.", {
    FilePath: name,
  });
}

function isWithin(directory: string, path: string): boolean {
  const way = relative(directory, path);
  return way !== ".." && !way.startsWith(`..${sep}`) && resolve(directory, way) === path;
}

async function listBlobs(containerUrl: string, prefix: string | undefined, signal: AbortSignal) {
  const { ContainerClient } = await import("@azure/storage-blob");
  const container = new ContainerClient(containerUrl, undefined, {
    retryOptions: { maxTries: attempts, retryDelayInMs: firstPauseMs },
  });
  const found: { name: string; url: string }[] = [];
  try {
    const list = container.listBlobsFlat({ abortSignal: signal, ...(prefix ? { prefix } : {}) });
    for await (const blob of list)
      if (!blob.name.endsWith("/")) found.push({ name: blob.name, url: blobUrl(containerUrl, blob.name) });
    return found;
  } catch (error) {
    signal.throwIfAborted();
    const status = error instanceof Error && "statusCode" in error ? error.statusCode : undefined;
    const where = { HttpUrl: withoutQuery(containerUrl) };
    if (status === 404)
      throw fail("ResourceContainerNotFound", "The specified Azure Blob container does not exist.", where);
    if (status === 401 || status === 403)
      throw fail(
        "ResourceContainerAccessDenied",
        "Access to the specified Azure Blob container is denied.",
        where,
      );
    throw fail(
      "ResourceContainerListMiscError",
      `Listing the blobs of the container failed: ${text(error)}`,
      where,
    );
  }
}

function blobUrl(containerUrl: string, name: string): string {
  const [base = "", query = ""] = containerUrl.split("?");
  return `${base.replace(/\/$/, "")}/${encodeURIComponent(name)}${query ? `?${query}` : ""}`;
}

async function fetchInto(
  download: Download,
  directory: string,
  context: StagingContext,
  signal: AbortSignal,
): Promise<void> {
  await makeParent(download.path, directory);
  for (let attempt = 1; ; attempt += 1) {
    const failed = await tryFetch(download, context, signal);
    signal.throwIfAborted();
    if (!failed) return;
    if (!failed.transient || attempt === attempts) throw failed.error;
    const pauseMs = firstPauseMs * 2 ** (attempt - 1);
    await delay(context.clock, pauseMs * (1 + context.random.next()), signal);
  }
}

async function makeParent(path: string, directory: string): Promise<void> {
  // The directory itself is there, and leads nowhere else.
  if (dirname(path) === directory) return;
  const where = { FilePath: relative(directory, path) };
  try {
    await mkdir(dirname(path), { recursive: true });
  } catch (error) {
    throw fail(
      isCode(error, "ENOSPC") ? "DiskFull" : "ResourceDirectoryCreateFailed",
      `The directory of a resource file could not be created: ${text(error)}`,
      where,
    );
  }
  // A link that the task's own files brought along may still lead out.
  if (!isWithin(await realpath(directory), await realpath(dirname(path))))
    throw fail("ResourceFileCreateFailed", "The file path leads out of the task's directory.", where);
}

interface FailedTry {
  readonly transient: boolean;
  readonly error: StagingError;
}

async function tryFetch(
  download: Download,
  context: StagingContext,
  signal: AbortSignal,
): Promise<FailedTry | undefined> {
  const silence = new AbortController();
  const watch = () => context.clock.at(context.clock.now() + silenceMs, () => silence.abort());
  let timer = watch();
  const where = { HttpUrl: withoutQuery(download.url), FilePath: basename(download.path) };
  try {
    const response = await context.fetch(download.url, { signal: AbortSignal.any([signal, silence.signal]) });
    if (!response.ok || !response.body) {
      await response.body?.cancel();
      return refused(response.status, where);
    }
    const body = Readable.fromWeb(response.body);
    body.on("data", () => {
      timer.cancel();
      timer = watch();
    });
    await pipeline(body, createWriteStream(download.path, { mode: download.mode }));
    await chmod(download.path, download.mode);
    return undefined;
  } catch (error) {
    if (silence.signal.aborted)
      return {
        transient: true,
        error: fail("BlobDownloadTimedOut", "Downloading the specified Azure Blob timed out.", where),
      };
    return interrupted(error, where);
  } finally {
    timer.cancel();
  }
}

function refused(status: number, where: Record<string, string>): FailedTry {
  if (status === 404)
    return {
      transient: false,
      error: fail("BlobNotFound", "The specified Azure Blob does not exist.", where),
    };
  if (status === 401 || status === 403)
    return {
      transient: false,
      error: fail("BlobAccessDenied", "Access to the specified Azure Blob is denied.", where),
    };
  return {
    transient: status >= 500 || status === 408 || status === 429,
    error: fail("BlobDownloadMiscError", `The download was answered with HTTP status ${status}.`, where),
  };
}

function interrupted(error: unknown, where: Record<string, string>): FailedTry {
  if (isCode(error, "ENOSPC"))
    return { transient: false, error: fail("DiskFull", "There is no room for a resource file.", where) };
  const local = ["EACCES", "EISDIR", "ENOTDIR", "EROFS", "ENAMETOOLONG", "ELOOP"].some((code) =>
    isCode(error, code),
  );
  if (local)
    return {
      transient: false,
      error: fail("ResourceFileCreateFailed", `A resource file could not be created: ${text(error)}`, where),
    };
  return {
    transient: true,
    error: fail("BlobDownloadMiscError", `The download failed: ${text(error)}`, where),
  };
}

function fail(code: string, message: string, details: Record<string, string>): StagingError {
  return new StagingError({
    category: "UserError",
    code,
    message,
    details: Object.entries(details).map(([name, value]) => ({ name, value })),
  });
}

/** A SAS is a secret; what is told about a URL is the part before it. */
function withoutQuery(url: string): string {
  return url.split("?")[0] ?? "";
}

function text(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return (cause instanceof Error ? cause.message : String(cause)).replaceAll(/\?\S*/g, "");
}
