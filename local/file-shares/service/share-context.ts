// What every operation of the service stands on: finding a place on disk, describing it, keeping its metadata. Invariant:
// descriptions are read from the disk at the moment of asking, never remembered.
import { constants, type BigIntStats } from "node:fs";
import { type FileHandle, open, stat } from "node:fs/promises";
import type { ShareFolders } from "../store/share-folders.ts";
import type { PathMetadata, ShareMetadata } from "../store/share-metadata.ts";
import { FileShareError } from "./errors.ts";
import type { NewMetadata, Place, Properties } from "./model.ts";

export interface ShareContext {
  readonly folders: ShareFolders;
  metadataOf(place: Place): ShareMetadata;
  locate(place: Place): Promise<string>;
  describe(place: Place, info: BigIntStats): Promise<Properties>;
  /** Whether the account is of the kind that has premium shares. */
  isFileStorage(account: string): boolean;
  /** The path and state of something that exists and is of that kind. */
  inspect(place: Place, kind: "file" | "directory"): Promise<[path: string, info: BigIntStats]>;
  /** Replaces the metadata of a place. */
  annotate(place: Place, info: BigIntStats, metadata: NewMetadata): Promise<void>;
}

/** The key of a place among the metadata of its share. */
export function keyOf(place: Place): string {
  return place.segments.join("/");
}

export function createShareContext(
  folders: ShareFolders,
  metadataOf: (place: Place) => ShareMetadata,
  isFileStorage: (account: string) => boolean,
): ShareContext {
  const locate = (place: Place) => folders.locate(place.account, place.share, place.segments);
  return {
    folders,
    isFileStorage,
    metadataOf: metadataOf,
    locate,
    async describe(place, info) {
      const metadata = await metadataOf(place).read(keyOf(place), String(info.ino));
      return { ...fromStat(info), ...parts(metadata) };
    },
    async inspect(place, kind) {
      const path = await locate(place);
      const info = await stat(path, { bigint: true }).catch(notFound);
      if (kind === "directory" ? !info.isDirectory() : !info.isFile())
        throw new FileShareError(
          info.isDirectory() || info.isFile() ? "ResourceTypeMismatch" : "ResourceNotFound",
        );
      return [path, info];
    },
    async annotate(place, info, metadata) {
      const empty =
        metadata.metadata === undefined &&
        metadata.headers === undefined &&
        metadata.quotaGiB === undefined &&
        metadata.protocol === undefined;
      if (empty) await metadataOf(place).forget(keyOf(place));
      else await metadataOf(place).write(keyOf(place), { inode: String(info.ino), ...metadata });
    },
  };
}

export function fromStat(info: BigIntStats): Omit<Properties, "metadata" | "headers"> {
  return {
    kind: info.isDirectory() ? "directory" : "file",
    sizeBytes: info.isDirectory() ? 0 : Number(info.size),
    etag: `"0x${info.mtimeNs.toString(16).toUpperCase()}${info.isDirectory() ? "" : info.size.toString(16).toUpperCase()}"`,
    createdAt: info.birthtimeMs > 0n ? info.birthtime : info.ctime,
    accessedAt: info.atime,
    writtenAt: info.mtime,
    changedAt: info.ctime,
    fileId: String(info.ino),
  };
}

function parts(
  metadata: PathMetadata | undefined,
): Pick<Properties, "metadata" | "headers" | "quotaGiB" | "protocol"> {
  return {
    metadata: metadata?.metadata ?? {},
    headers: metadata?.headers ?? {},
    ...(metadata?.quotaGiB === undefined ? {} : { quotaGiB: metadata.quotaGiB }),
    ...(metadata?.protocol === undefined ? {} : { protocol: metadata.protocol }),
  };
}

export async function openFile(path: string, flags: number, mode?: number): Promise<FileHandle> {
  return open(path, flags | constants.O_NOFOLLOW, mode).catch((error: NodeJS.ErrnoException) => {
    throw translated(error);
  });
}

export function notFound(error: NodeJS.ErrnoException): never {
  throw translated(error);
}

export function translated(error: NodeJS.ErrnoException): Error {
  switch (error.code) {
    case "ENOENT":
    case "ELOOP":
      return new FileShareError("ResourceNotFound");
    case "ENOTDIR":
      return new FileShareError("ParentNotFound");
    case "EISDIR":
      return new FileShareError("ResourceTypeMismatch");
    case "ENOTEMPTY":
    case "EEXIST":
      return new FileShareError("DirectoryNotEmpty");
    case "ENAMETOOLONG":
      return new FileShareError("InvalidResourceName");
    case "EACCES":
    case "EPERM":
      return new FileShareError("AuthorizationFailure", "The folder on disk does not permit it.");
    default:
      return error;
  }
}
