// The container as last seen: every blob by name, and how many lie below each directory. Names that no folder can hold
// (empty, `.` or `..` segments, a leading or trailing slash) are left out and counted.
import type { RemoteBlob } from "./remote-container.ts";
import { parentsOf } from "./local-tree.ts";

export interface RemoteView {
  get(name: string): RemoteBlob | undefined;
  set(name: string, blob: RemoteBlob | undefined): void;
  hasChildren(directory: string): boolean;
  names(): Iterable<string>;
}

export function createRemoteView(): RemoteView {
  const blobs = new Map<string, RemoteBlob>();
  const children = new Map<string, number>();
  const count = (name: string, step: number) => {
    for (const parent of parentsOf(name)) {
      const left = (children.get(parent) ?? 0) + step;
      if (left > 0) children.set(parent, left);
      else children.delete(parent);
    }
  };
  return {
    get: (name) => blobs.get(name),
    set(name, blob) {
      const before = blobs.has(name);
      if (blob === undefined) blobs.delete(name);
      else blobs.set(name, blob);
      if (before !== (blob !== undefined)) count(name, before ? -1 : 1);
    },
    hasChildren: (directory) => children.has(directory),
    names: () => [...blobs.keys()],
  };
}

export function fitsOnDisk(name: string): boolean {
  return (
    !name.includes("\0") &&
    name
      .split("/")
      .every(
        (segment) =>
          segment !== "" && segment !== "." && segment !== ".." && Buffer.byteLength(segment) <= 255,
      )
  );
}
