// Operations on directories: "Create Directory", "Delete Directory", "List Directories and Files".
import { isUtf8 } from "node:buffer";
import { lstat, mkdir, readdir, rmdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { ShareFolders } from "../store/share-folders.ts";
import { FileShareError } from "./errors.ts";
import { type ShareContext, fromStat, keyOf, notFound, translated } from "./share-context.ts";
import type { Entry, Place, ShareService } from "./model.ts";

/** One after the other they would mostly wait for each other's turn on the thread pool. */
const lookedAtTogether = 64;

type DirectoryOperations = Pick<ShareService, "createDirectory" | "deleteDirectory" | "list">;

export function directoryOperations(context: ShareContext): DirectoryOperations {
  return {
    async createDirectory(place, metadata) {
      const path = await context.locate(place);
      await mkdir(path).catch((error: NodeJS.ErrnoException) => {
        if (error.code === "EEXIST") throw new FileShareError("ResourceAlreadyExists");
        throw translated(error);
      });
      const info = await stat(path, { bigint: true }).catch(notFound);
      await context.annotate(place, info, metadata);
      return context.describe(place, info);
    },
    async deleteDirectory(place) {
      const [path] = await context.inspect(place, "directory");
      if (place.segments.length === 0) throw new FileShareError("InvalidUri");
      await rmdir(path).catch((error: NodeJS.ErrnoException) => {
        throw translated(error);
      });
      await context.metadataOf(place).forget(keyOf(place));
    },
    async list(place, page) {
      const [path, info] = await context.inspect(place, "directory");
      const names = (await namesIn(path))
        .filter(({ name }) => name > page.marker && name.startsWith(page.prefix))
        .sort((one, other) => (one.name < other.name ? -1 : 1));
      const entries: Entry[] = [];
      let next: string | undefined;
      for (let at = 0; at < names.length && next === undefined; at += lookedAtTogether) {
        const some = await Promise.all(
          names
            .slice(at, at + lookedAtTogether)
            .map(({ name, bytes }) =>
              bytes === undefined
                ? entryOf(context.folders, place, path, name)
                : unreachableEntry(path, name, bytes),
            ),
        );
        for (const entry of some) {
          if (entry === undefined) continue;
          if (entries.length === page.maxResults) {
            next = entries.at(-1)?.name;
            break;
          }
          entries.push(entry);
        }
      }
      return { entries, next, directory: await context.describe(place, info) };
    },
  };
}

/** The names of a directory; with its bytes where a name is not UTF-8, which is seldom: then they are read once more. */
async function namesIn(directory: string): Promise<readonly { name: string; bytes?: Buffer }[]> {
  const names = await readdir(directory).catch(notFound);
  if (!names.some((name) => name.includes("\ufffd"))) return names.map((name) => ({ name }));
  const inBytes = await readdir(directory, { encoding: "buffer" }).catch(notFound);
  return inBytes.map((bytes) => ({
    name: bytes.toString("utf8"),
    ...(isUtf8(bytes) ? {} : { bytes }),
  }));
}

/** A job may give a file a name that no request can spell. It is listed, with U+FFFD for what is no UTF-8, and found by nobody. */
async function unreachableEntry(directory: string, name: string, bytes: Buffer): Promise<Entry | undefined> {
  const path = Buffer.concat([Buffer.from(`${directory}/`), bytes]);
  const info = await lstat(path, { bigint: true }).catch(() => undefined);
  return info?.isFile() === true || info?.isDirectory() === true ? { name, ...fromStat(info) } : undefined;
}

async function entryOf(
  folders: ShareFolders,
  place: Place,
  directory: string,
  name: string,
): Promise<Entry | undefined> {
  let path = join(directory, name);
  const own = await lstat(path, { bigint: true }).catch(() => undefined);
  if (own?.isSymbolicLink() === true) {
    const target = await folders
      .locate(place.account, place.share, [...place.segments, name])
      .catch(() => undefined);
    if (target === undefined) return undefined;
    path = target;
  }
  const info =
    own?.isSymbolicLink() === true ? await stat(path, { bigint: true }).catch(() => undefined) : own;
  if (info === undefined || !(info.isFile() || info.isDirectory())) return undefined;
  return { name, ...fromStat(info) };
}
