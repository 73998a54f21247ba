// The files of a folder that belong to a program: all but what .gitignore files, and the caller, leave out. Symbolic links to files are
// read, links to folders are not followed, so that no folder is walked twice.
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { joinPath } from "../../domain/shared/join-path.ts";
import { CommandError } from "../failure.ts";
import { ignoreRules } from "./ignore.ts";
import type { IgnoreRules } from "./ignore.ts";

export interface FolderFile {
  /** Relative, with slashes. */
  readonly path: string;
  readonly sizeBytes: number;
  readonly isExecutable: boolean;
  /** Of its content, in hex. */
  readonly sha256: string;
}

/** A folder of this size was not meant: data belongs into storage, environments onto the node. */
const mostFiles = 10_000;
const mostBytes = 2 * 1024 ** 3;

/** In order of their paths. `leftOut`: further rules, as in a .gitignore file at the top. */
export async function listFiles(folder: string, leftOut: string): Promise<FolderFile[]> {
  const found: Omit<FolderFile, "sha256">[] = [];
  await walk(folder, "", ignoreRules(), leftOut, found);
  const sizeBytes = found.reduce((sum, file) => sum + file.sizeBytes, 0);
  if (found.length > mostFiles || sizeBytes > mostBytes)
    throw new CommandError(
      `${folder} holds ${found.length} files of ${Math.round(sizeBytes / 1024 ** 2)} MiB; that is more than a program. Name what does not belong to it in .gitignore.`,
    );
  const files: FolderFile[] = [];
  for (const file of found) files.push({ ...file, sha256: await digestOf(join(folder, file.path)) });
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

async function walk(
  root: string,
  folder: string,
  above: IgnoreRules,
  leftOut: string,
  found: Omit<FolderFile, "sha256">[],
): Promise<void> {
  const own = await readFile(join(root, folder, ".gitignore"), "utf8").catch(() => "");
  const rules = above.with(own, folder).with(leftOut, "");
  for (const entry of await readdir(join(root, folder), { withFileTypes: true })) {
    const path = joinPath(folder, entry.name);
    if (entry.isDirectory()) {
      if (!rules.ignores(path, true)) await walk(root, path, rules, leftOut, found);
      continue;
    }
    const info = await stat(join(root, path)).catch(() => undefined);
    if (info?.isFile() !== true || rules.ignores(path, false)) continue;
    found.push({ path, sizeBytes: info.size, isExecutable: (info.mode & 0o100) !== 0 });
  }
}

async function digestOf(file: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest("hex");
}
