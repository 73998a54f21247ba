// Operations on files: "Create File", "Get File", "Put Range", "Delete File", "Rename File".
import { constants } from "node:fs";
import { type FileHandle, lstat, rename as renameOnDisk, unlink } from "node:fs/promises";
import { FileShareError } from "./errors.ts";
import { type ShareContext, keyOf, notFound, openFile, translated } from "./share-context.ts";
import type { ShareService } from "./model.ts";

type FileOperations = Pick<ShareService, "createFile" | "read" | "writeRange" | "deleteFile" | "rename">;

const clearChunkBytes = 1 << 20;

export function fileOperations(context: ShareContext): FileOperations {
  return {
    async createFile(place, sizeBytes, metadata) {
      const handle = await openFile(await context.locate(place), constants.O_RDWR | constants.O_CREAT, 0o666);
      try {
        if (!(await handle.stat()).isFile()) throw new FileShareError("ResourceTypeMismatch");
        await handle.truncate(0);
        await handle.truncate(sizeBytes);
        const info = await handle.stat({ bigint: true });
        await context.annotate(place, info, metadata);
        return await context.describe(place, info);
      } finally {
        await handle.close();
      }
    },
    async read(place) {
      const handle = await openFile(await context.locate(place), constants.O_RDONLY | constants.O_NONBLOCK);
      try {
        const info = await handle.stat({ bigint: true });
        if (!info.isFile()) throw new FileShareError("ResourceTypeMismatch");
        return { handle, properties: await context.describe(place, info) };
      } catch (error) {
        await handle.close();
        throw error;
      }
    },
    async writeRange(place, start, length, bytes) {
      const [path] = await context.inspect(place, "file");
      const handle = await openFile(path, constants.O_RDWR);
      try {
        const before = await handle.stat();
        if (start + length > before.size) throw new FileShareError("InvalidRange");
        if (bytes !== undefined) await handle.write(bytes, 0, length, start);
        else await clear(handle, start, length);
        return await context.describe(place, await handle.stat({ bigint: true }));
      } finally {
        await handle.close();
      }
    },
    async deleteFile(place) {
      const [path] = await context.inspect(place, "file");
      await unlink(path).catch(notFound);
      await context.metadataOf(place).forget(keyOf(place));
    },
    async rename(from, to, kind, replace) {
      if (from.share !== to.share || from.segments.length === 0) throw new FileShareError("InvalidUri");
      const [path, info] = await context.inspect(from, kind);
      const target = await context.locate(to);
      const existing = await lstat(target).catch(() => undefined);
      if (existing !== undefined && (!replace || existing.isDirectory() || kind === "directory"))
        throw new FileShareError("ResourceAlreadyExists");
      await renameOnDisk(path, target).catch((error: NodeJS.ErrnoException) => {
        throw error.code === "EINVAL" ? new FileShareError("InvalidUri") : translated(error);
      });
      await context.metadataOf(from).move(keyOf(from), keyOf(to));
      return context.describe(to, info);
    },
  };
}

/** Writes zeros only where there is something else, so that a sparse file stays sparse. */
async function clear(handle: FileHandle, start: number, length: number): Promise<void> {
  if ((await handle.stat()).blocks === 0) return;
  const zeros = Buffer.alloc(Math.min(length, clearChunkBytes));
  const found = Buffer.alloc(zeros.length);
  for (let done = 0; done < length; done += zeros.length) {
    const wanted = Math.min(zeros.length, length - done);
    const { bytesRead } = await handle.read(found, 0, wanted, start + done);
    if (found.compare(zeros, 0, bytesRead, 0, bytesRead) !== 0)
      await handle.write(zeros, 0, bytesRead, start + done);
  }
}
