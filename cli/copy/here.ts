// Files of this machine. A file appears under its name once it is whole; nothing is written outside the folder, whatever names the other
// side has.
import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { joinPath } from "../../domain/shared/join-path.ts";
import { CommandError } from "../failure.ts";
import { exitCodes } from "../output/exit-codes.ts";
import { namesFolder } from "./places.ts";
import type { FoundFile, Source, Target } from "./side.ts";

export function sourceHere(directory: string, path: string): Source {
  return { files: () => filesBelow(resolve(directory, path), "") };
}

async function* filesBelow(root: string, below: string): AsyncGenerator<FoundFile> {
  const path = join(root, below);
  const info = await stat(path).catch((error: NodeJS.ErrnoException) => {
    // A link to nowhere below the folder is not meant; what was asked for is.
    if (below !== "" && error.code === "ENOENT") return undefined;
    const exitCode = error.code === "ENOENT" ? exitCodes.notFound : exitCodes.failed;
    throw new CommandError(`${path} cannot be read: ${error.message}`, exitCode, error);
  });
  if (info === undefined) return;
  if (info.isFile()) yield { path: below, sizeBytes: info.size, open: async () => createReadStream(path) };
  if (!info.isDirectory()) return;
  for (const entry of await readdir(path, { withFileTypes: true })) {
    const name = joinPath(below, entry.name);
    // Links to folders are not followed, so that no folder is walked twice.
    const isLinkedFolder = entry.isSymbolicLink() && (await isFolder(join(root, name)));
    if (!isLinkedFolder) yield* filesBelow(root, name);
  }
}

const isFolder = async (path: string) => (await stat(path).catch(() => undefined))?.isDirectory() === true;

export function targetHere(directory: string, word: string): Target {
  const root = resolve(directory, word);
  return {
    isFolder: async () => namesFolder(word) || (await isFolder(root)),
    async write(path, file, onBytes) {
      const target = within(root, path);
      await mkdir(dirname(target), { recursive: true });
      const unfinished = `${target}.part`;
      const counting = new Transform({
        transform(chunk: Buffer, _encoding, done) {
          onBytes(chunk.length);
          done(undefined, chunk);
        },
      });
      try {
        await pipeline(await file.open(), counting, createWriteStream(unfinished));
        await rename(unfinished, target);
      } catch (error) {
        await rm(unfinished, { force: true });
        throw error;
      }
      return relative(directory, target);
    },
  };
}

function within(root: string, path: string): string {
  if (path === "") return root;
  const parts = path.split("/");
  if (parts.every((part) => part !== "" && part !== "." && part !== ".." && !/[\\\0]/.test(part)))
    return join(root, ...parts);
  throw new CommandError(`'${path}' is a name in storage that no file here can have.`);
}
