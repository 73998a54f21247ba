// Shares as plain folders: `<root>/<account>/<share>/…`. A share's folder is what jobs see, so anything may appear or
// vanish in it at any time. Invariant: no path given from outside reaches a file that is not below its share's folder,
// neither by `..` nor by a symbolic link that a job left there.
import { lstat, mkdir, readdir, realpath, rename, rm } from "node:fs/promises";
import { join, sep } from "node:path";
import { FileShareError } from "../service/errors.ts";

export interface ShareFolders {
  /** The folder of a share, whether it exists or not; undefined for a name that no share can have. */
  pathOf(account: string, share: string): string | undefined;
  /** False when it was there already. */
  create(account: string, share: string): Promise<boolean>;
  exists(account: string, share: string): Promise<boolean>;
  /** Sorted names. */
  list(account: string): Promise<string[]>;
  remove(account: string, share: string): Promise<boolean>;
  /** The real place of `segments` below the share; `leaf` need not exist, its parent must. */
  locate(account: string, share: string, segments: readonly string[]): Promise<string>;
}

const accountName = /^[a-z0-9]{3,24}$/;
/** "Naming and referencing shares, directories, files, and metadata". */
const shareName = /^(?!.*--)[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/;

export function openShareFolders(root: string): ShareFolders {
  const pathOf = (account: string, share: string) =>
    accountName.test(account) && shareName.test(share) ? join(root, account, share) : undefined;
  const isDirectory = async (path: string | undefined) =>
    path !== undefined && ((await lstat(path).catch(() => undefined))?.isDirectory() ?? false);
  return {
    pathOf,
    async create(account, share) {
      const path = pathOf(account, share);
      if (path === undefined) throw new FileShareError("InvalidResourceName");
      await mkdir(join(root, account), { recursive: true });
      return mkdir(path).then(
        () => true,
        (error: NodeJS.ErrnoException) => {
          if (error.code === "EEXIST") return false;
          throw error;
        },
      );
    },
    exists: (account, share) => isDirectory(pathOf(account, share)),
    async list(account) {
      if (!accountName.test(account)) return [];
      const entries = await readdir(join(root, account), { withFileTypes: true }).catch(() => []);
      return entries
        .filter((entry) => entry.isDirectory() && shareName.test(entry.name))
        .map((entry) => entry.name)
        .sort();
    },
    async remove(account, share) {
      const path = pathOf(account, share);
      if (path === undefined || !(await isDirectory(path))) return false;
      const doomed = join(root, account, `.deleted-${process.hrtime.bigint()}`);
      const isOurs = await rename(path, doomed).then(
        () => true,
        (error: NodeJS.ErrnoException) => {
          if (error.code === "ENOENT") return false;
          throw error;
        },
      );
      if (!isOurs) return false;
      await rm(doomed, { recursive: true, force: true });
      return true;
    },
    async locate(account, share, segments) {
      const path = pathOf(account, share);
      if (path === undefined || !(await isDirectory(path))) throw new FileShareError("ShareNotFound");
      const root = await realpath(path).catch(() => {
        throw new FileShareError("ShareNotFound");
      });
      return locateBelow(root, segments);
    },
  };
}

async function locateBelow(root: string, segments: readonly string[]): Promise<string> {
  for (const segment of segments)
    if (segment === "" || segment === "." || segment === ".." || /[/\0]/.test(segment))
      throw new FileShareError("InvalidResourceName");
  const leaf = segments.at(-1);
  if (leaf === undefined) return root;
  const parent = await realpath(join(root, ...segments.slice(0, -1))).catch(
    (error: NodeJS.ErrnoException) => {
      throw error.code === "ENAMETOOLONG"
        ? new FileShareError("InvalidResourceName")
        : new FileShareError("ParentNotFound");
    },
  );
  if (!within(root, parent)) throw new FileShareError("ParentNotFound");
  const path = join(parent, leaf);
  const info = await lstat(path).catch(() => undefined);
  if (info?.isSymbolicLink() !== true) return path;
  const target = await realpath(path).catch(() => undefined);
  if (target === undefined || !within(root, target)) throw new FileShareError("ResourceNotFound");
  return target;
}

export function within(root: string, path: string): boolean {
  return path === root || path.startsWith(root + sep);
}
