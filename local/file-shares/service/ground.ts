// What every operation of the service stands on: finding a place on disk, describing it, keeping its note. Invariant:
// descriptions are read from the disk at the moment of asking, never remembered.
import { constants, type BigIntStats } from "node:fs";
import { type FileHandle, open, stat } from "node:fs/promises";
import type { ShareFolders } from "../store/share-folders.ts";
import type { Note, ShareNotes } from "../store/share-notes.ts";
import { FileShareError } from "./errors.ts";
import type { NewNote, Place, Properties } from "./model.ts";

export interface Ground {
  readonly folders: ShareFolders;
  notesOf(place: Place): ShareNotes;
  locate(place: Place): Promise<string>;
  describe(place: Place, info: BigIntStats): Promise<Properties>;
  /** The path and state of something that exists and is of that kind. */
  inspect(place: Place, kind: "file" | "directory"): Promise<[path: string, info: BigIntStats]>;
  /** Replaces the note of a place. */
  annotate(place: Place, info: BigIntStats, note: NewNote): Promise<void>;
}

/** The key of a place among the notes of its share. */
export function keyOf(place: Place): string {
  return place.segments.join("/");
}

export function createGround(folders: ShareFolders, notesOf: (place: Place) => ShareNotes): Ground {
  const locate = (place: Place) => folders.locate(place.account, place.share, place.segments);
  return {
    folders,
    notesOf,
    locate,
    async describe(place, info) {
      const note = await notesOf(place).read(keyOf(place), String(info.ino));
      return { ...fromStat(info), ...parts(note) };
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
    async annotate(place, info, note) {
      const empty = note.metadata === undefined && note.headers === undefined && note.quotaGiB === undefined;
      if (empty) await notesOf(place).forget(keyOf(place));
      else await notesOf(place).write(keyOf(place), { inode: String(info.ino), ...note });
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

function parts(note: Note | undefined): Pick<Properties, "metadata" | "headers" | "quotaGiB"> {
  return {
    metadata: note?.metadata ?? {},
    headers: note?.headers ?? {},
    ...(note?.quotaGiB === undefined ? {} : { quotaGiB: note.quotaGiB }),
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
