// What a client of files has open. Invariant: nothing stays open when its session is over.
import type { FileHandle } from "node:fs/promises";

interface OpenFile {
  readonly kind: "file";
  readonly file: FileHandle;
  readonly appends: boolean;
}

interface OpenFolder {
  readonly kind: "folder";
  readonly path: string;
  /** Not told yet. */
  readonly names: string[];
}

type Handle = OpenFile | OpenFolder;

const mostHandles = 256;
const handleBytes = 4;

export function openHandles() {
  const open = new Map<number, Handle>();
  let last = 0;
  let isOver = false;
  const numberOf = (handle: Buffer) => (handle.length === handleBytes ? handle.readUInt32BE() : -1);
  const find = (handle: Buffer, kind: Handle["kind"]) => {
    const found = open.get(numberOf(handle));
    if (found?.kind !== kind) throw new Error(`no ${kind} is open by this handle`);
    return found;
  };
  const closeOne = async (found: Handle | undefined) => {
    if (found?.kind === "file") await found.file.close();
  };
  return {
    refuseMore(): void {
      if (open.size >= mostHandles) throw new Error(`${mostHandles} files and folders are open already`);
    },
    add(handle: Handle): Buffer {
      if (isOver) void closeOne(handle);
      else open.set((last += 1), handle);
      const name = Buffer.alloc(handleBytes);
      name.writeUInt32BE(last);
      return name;
    },
    file: (handle: Buffer) => find(handle, "file") as OpenFile,
    folder: (handle: Buffer) => find(handle, "folder") as OpenFolder,
    async close(handle: Buffer): Promise<void> {
      const found = open.get(numberOf(handle));
      if (found === undefined) throw new Error("nothing is open by this handle");
      open.delete(numberOf(handle));
      await closeOne(found);
    },
    async closeAll(): Promise<void> {
      isOver = true;
      const all = [...open.values()];
      open.clear();
      await Promise.allSettled(all.map(closeOne));
    },
  };
}
