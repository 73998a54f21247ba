// Operations on directories: "Create Directory", "Delete Directory", "List Directories and Files".
import { lstat, mkdir, readdir, rmdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { ShareFolders } from "../store/share-folders.ts";
import { FileShareError } from "./errors.ts";
import { type Ground, fromStat, keyOf, notFound, translated } from "./ground.ts";
import type { Entry, Place, ShareService } from "./model.ts";

type DirectoryOperations = Pick<ShareService, "createDirectory" | "deleteDirectory" | "list">;

export function directoryOperations(ground: Ground): DirectoryOperations {
  return {
    async createDirectory(place, note) {
      const path = await ground.locate(place);
      await mkdir(path).catch((error: NodeJS.ErrnoException) => {
        if (error.code === "EEXIST") throw new FileShareError("ResourceAlreadyExists");
        throw translated(error);
      });
      const info = await stat(path, { bigint: true }).catch(notFound);
      await ground.annotate(place, info, note);
      return ground.describe(place, info);
    },
    async deleteDirectory(place) {
      const [path] = await ground.inspect(place, "directory");
      if (place.segments.length === 0) throw new FileShareError("InvalidUri");
      await rmdir(path).catch((error: NodeJS.ErrnoException) => {
        throw translated(error);
      });
      await ground.notesOf(place).forget(keyOf(place));
    },
    async list(place, page) {
      const [path, info] = await ground.inspect(place, "directory");
      const names = (await readdir(path).catch(notFound))
        .filter((name) => name.startsWith(page.prefix))
        .sort();
      const entries: Entry[] = [];
      let next: string | undefined;
      for (const name of names) {
        if (name <= page.marker) continue;
        if (entries.length === page.maxResults) {
          next = entries.at(-1)?.name;
          break;
        }
        const entry = await entryOf(ground.folders, place, path, name);
        if (entry !== undefined) entries.push(entry);
      }
      return { entries, next, directory: await ground.describe(place, info) };
    },
  };
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
