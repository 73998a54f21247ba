// Reading what jobs wrote, straight from storage: listings with links that users can download from. Nodes are never
// asked.
import type { Page, PageRequest } from "./state.ts";

export interface StoragePlace {
  readonly kind: "blob" | "fileShare";
  readonly accountName: string;
  /** Absent = the service's own identity. */
  readonly accountKey?: string | undefined;
  /** Container or share name. */
  readonly container: string;
  /** Directory below it, no leading or trailing slash; "" = the root. */
  readonly directory: string;
}

export interface OutputFile {
  /** Leaf name. */
  readonly name: string;
  readonly isDirectory: boolean;
  /** ISO 8601. */
  readonly lastModified?: string | undefined;
  readonly contentLength?: number | undefined;
  /** Of files: changes with every write. */
  readonly etag?: string | undefined;
  /** Read-only link; files only. */
  readonly downloadUrl?: string | undefined;
}

export interface OutputFiles {
  /**
   * A page of the files and directories of one directory, in the storage's own order (by name; a directory of a container
   * that has no marker blob as if its name ended in a slash). A page may have fewer items than asked for and still have a next one. An absent directory is
   * empty.
   */
  list(
    place: StoragePlace,
    options: { readonly linkLifetimeMs: number; readonly page: PageRequest },
  ): Promise<Page<OutputFile>>;
  /** At most `maxBytes` of a file from `offset` on; empty at its end, undefined when there is no such file. */
  read(
    place: StoragePlace,
    name: string,
    range: { readonly offset: number; readonly maxBytes: number },
  ): Promise<Uint8Array | undefined>;
  /** A read-only link to a file, whether or not it is there. */
  link(place: StoragePlace, name: string, lifetimeMs: number): Promise<string>;
  /** Bytes of a file; undefined when there is no such file. */
  size(place: StoragePlace, name: string): Promise<number | undefined>;
}
