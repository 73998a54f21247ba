// Files on nodes, as the file operations see them. Invariant: nothing outside the given root is ever read or deleted,
// neither by `..` nor through a symbolic link; of a node's root nothing but the folders that Batch knows.
import { once } from "node:events";
import { createReadStream } from "node:fs";
import { lstat, readdir, realpath, rm, stat } from "node:fs/promises";
import { join, sep } from "node:path";
import type { Readable } from "node:stream";
import { BatchFault, notFound } from "../account/fault.ts";

export interface FileEntry {
  /** Relative to the root, with slashes. */
  readonly name: string;
  readonly isDirectory: boolean;
  readonly sizeBytes: number;
  readonly modifiedAt: number;
  readonly createdAt: number;
  readonly mode: number;
}

/** Where to look, and which of its entries there are; all when absent. */
export interface FileRoot {
  readonly path: string;
  readonly only?: readonly string[];
}

/** Absolute path of an existing file or directory inside the root; 404 otherwise. */
async function resolveInside({ path: root, only }: FileRoot, name: string): Promise<string> {
  const parts = name.split("/").filter((part) => part !== "" && part !== ".");
  if (parts.includes("..") || name.includes("\0")) throw notFound("File");
  try {
    const base = await realpath(root);
    const real = await realpath(join(base, ...parts));
    if (real === base) return real;
    if (!real.startsWith(base + sep)) throw notFound("File");
    const [first = ""] = real.slice(base.length + 1).split(sep);
    if (only?.includes(first) === false) throw notFound("File");
    return real;
  } catch (error) {
    if (error instanceof BatchFault) throw error;
    throw notFound("File");
  }
}

/** What is gone between two looks at it is not found. */
async function there<T>(look: Promise<T>): Promise<T> {
  try {
    return await look;
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "")) throw notFound("File");
    throw error;
  }
}

/** Opens a file for reading, so that one that vanished meanwhile is not found rather than cut off. */
export async function readStream(path: string, range: { start: number; end: number }): Promise<Readable> {
  const stream = createReadStream(path, range);
  await there(once(stream, "open"));
  return stream;
}

async function describe(path: string, name: string): Promise<FileEntry> {
  const info = await stat(path);
  // Whoever opened a pipe would wait for what is not meant for him, or take it.
  if (!info.isFile() && !info.isDirectory()) throw notFound("File");
  return {
    name,
    isDirectory: info.isDirectory(),
    sizeBytes: info.size,
    modifiedAt: info.mtimeMs,
    createdAt: info.birthtimeMs,
    mode: info.mode,
  };
}

export async function fileInfo(root: FileRoot, name: string): Promise<FileEntry & { path: string }> {
  const path = await resolveInside(root, name);
  return { ...(await there(describe(path, name))), path };
}

/** Entries below the root whose name starts with `prefix` (in any case, as filters compare), sorted by name; all levels when `recursive`. */
export async function listFiles(root: FileRoot, recursive: boolean, prefix: string): Promise<FileEntry[]> {
  const base = await resolveInside(root, "");
  const found: FileEntry[] = [];
  const wanted = prefix.toLowerCase();
  const visit = async (directory: string, name: string): Promise<void> => {
    const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      const entryName = name === "" ? entry.name : `${name}/${entry.name}`;
      const lower = entryName.toLowerCase();
      const hidden = name === "" && root.only?.includes(entry.name) === false;
      const relevant = !hidden && (lower.startsWith(wanted) || wanted.startsWith(`${lower}/`));
      if (!relevant || !(entry.isFile() || entry.isDirectory())) continue;
      const path = join(directory, entry.name);
      const described = await describe(path, entryName).catch(() => undefined);
      if (described === undefined) continue;
      if (lower.startsWith(wanted)) found.push(described);
      if (entry.isDirectory() && recursive) await visit(path, entryName);
    }
  };
  await visit(base, "");
  return found.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Deletes a file, or a directory with `recursive` (an empty one without). */
export async function deleteFile(root: FileRoot, name: string, recursive: boolean): Promise<void> {
  const path = await resolveInside(root, name);
  if (path === (await there(realpath(root.path)))) throw notFound("File");
  const info = await there(lstat(path));
  if (info.isDirectory() && !recursive && (await there(readdir(path))).length > 0)
    throw new BatchFault(
      409,
      "DirectoryNotEmpty",
      "The directory is not empty; delete it with recursive=true.",
    );
  await rm(path, { recursive: true, force: true });
}
