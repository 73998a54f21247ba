// Attributes of files as version 3 of SFTP has them, and as Node's file system has them.
import { constants } from "node:fs";
import type { Stats } from "node:fs";
import * as fs from "node:fs/promises";
import { join } from "node:path";
import ssh2 from "ssh2";
import type { Attributes, FileEntry } from "ssh2";

const { OPEN_MODE } = ssh2.utils.sftp;

/** Those that a request has. */
type Given = Partial<Attributes>;

const permissions = 0o7777;

export const modeOf = ({ mode }: Given): number | undefined =>
  mode === undefined ? undefined : mode & permissions;

export function flagsOf(flags: number): number {
  const has = (bit: number) => (flags & bit) !== 0;
  const reads = has(OPEN_MODE.READ);
  const writes = has(OPEN_MODE.WRITE) || has(OPEN_MODE.APPEND);
  return (
    (writes ? (reads ? constants.O_RDWR : constants.O_WRONLY) : constants.O_RDONLY) |
    (has(OPEN_MODE.APPEND) ? constants.O_APPEND : 0) |
    (has(OPEN_MODE.CREAT) ? constants.O_CREAT : 0) |
    (has(OPEN_MODE.TRUNC) ? constants.O_TRUNC : 0) |
    (has(OPEN_MODE.EXCL) ? constants.O_EXCL : 0)
  );
}

const seconds = (ms: number) => Math.floor(ms / 1000);

export const attributesOf = ({ mode, uid, gid, size, atimeMs, mtimeMs }: Stats): Attributes => ({
  mode,
  uid,
  gid,
  size,
  atime: seconds(atimeMs),
  mtime: seconds(mtimeMs),
});

/** None for what went away meanwhile. `longname` is what clients print: of the form that `ls -l` has. */
export async function entryOf(folder: string, name: string): Promise<FileEntry[]> {
  const stats = await fs.lstat(join(folder, name)).catch(() => undefined);
  if (stats === undefined) return [];
  const { nlink, uid, gid, size } = stats;
  const columns = [modeText(stats), nlink, uid, gid, size, stats.mtime.toISOString().slice(0, 16), name];
  return [{ filename: name, longname: columns.join(" "), attrs: attributesOf(stats) }];
}

function modeText(stats: Stats): string {
  const kind = stats.isDirectory() ? "d" : stats.isSymbolicLink() ? "l" : "-";
  const bits = [..."rwxrwxrwx"].map((letter, index) => (stats.mode & (0o400 >> index) ? letter : "-"));
  return kind + bits.join("");
}

export async function change(path: string, given: Given): Promise<void> {
  const mode = modeOf(given);
  if (given.size !== undefined) await fs.truncate(path, given.size);
  if (mode !== undefined) await fs.chmod(path, mode);
  if (given.uid !== undefined && given.gid !== undefined) await fs.chown(path, given.uid, given.gid);
  if (given.atime !== undefined && given.mtime !== undefined) await fs.utimes(path, given.atime, given.mtime);
}

export async function changeOpen(file: fs.FileHandle, given: Given): Promise<void> {
  const mode = modeOf(given);
  if (given.size !== undefined) await file.truncate(given.size);
  if (mode !== undefined) await file.chmod(mode);
  if (given.uid !== undefined && given.gid !== undefined) await file.chown(given.uid, given.gid);
  if (given.atime !== undefined && given.mtime !== undefined) await file.utimes(given.atime, given.mtime);
}

export const exists = (path: string): Promise<boolean> =>
  fs.lstat(path).then(
    () => true,
    () => false,
  );
