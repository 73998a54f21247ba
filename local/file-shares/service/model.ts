// The words of the file share service: places, properties, and what can be asked. No behaviour.
import type { FileHandle } from "node:fs/promises";
import type { PathMetadata } from "../store/share-metadata.ts";

export type NewMetadata = Omit<PathMetadata, "inode">;

/** A place in a share. No segments: the share's root directory. */
export interface Place {
  readonly account: string;
  readonly share: string;
  readonly segments: readonly string[];
}

export interface Properties {
  readonly kind: "file" | "directory";
  readonly sizeBytes: number;
  readonly etag: string;
  readonly createdAt: Date;
  readonly accessedAt: Date;
  readonly writtenAt: Date;
  readonly changedAt: Date;
  readonly fileId: string;
  readonly metadata: Readonly<Record<string, string>>;
  /** Content-Type and its kin, by lower-case header name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly quotaGiB?: number;
  /** Of a share: absent = SMB. */
  readonly protocol?: "NFS";
}

export interface Entry extends Omit<Properties, "metadata" | "headers"> {
  readonly name: string;
}

export interface ShareService {
  createShare(account: string, share: string, metadata: NewMetadata): Promise<Properties>;
  listShares(account: string): Promise<(Properties & { readonly name: string })[]>;
  deleteShare(account: string, share: string): Promise<void>;
  properties(place: Place, kind: "file" | "directory" | "share"): Promise<Properties>;
  createDirectory(place: Place, metadata: NewMetadata): Promise<Properties>;
  deleteDirectory(place: Place): Promise<void>;
  /** Entries after `marker` whose names begin with `prefix`, sorted by name. `next` is the marker of the next page. */
  list(
    place: Place,
    page: { prefix: string; marker: string; maxResults: number },
  ): Promise<{ entries: Entry[]; next: string | undefined; directory: Properties }>;
  /** Makes the file, or empties an existing one; its content is `sizeBytes` zeros. */
  createFile(place: Place, sizeBytes: number, metadata: NewMetadata): Promise<Properties>;
  /** Changes content headers, metadata or the size; undefined leaves a part as it is. */
  change(
    place: Place,
    kind: "file" | "directory" | "share",
    change: NewMetadata & { sizeBytes?: number },
  ): Promise<Properties>;
  /** An open file and its properties at this moment; the caller closes it. */
  read(place: Place): Promise<{ handle: FileHandle; properties: Properties }>;
  /** `bytes` undefined: zeros. The range must lie within the file. */
  writeRange(place: Place, start: number, length: number, bytes: Buffer | undefined): Promise<Properties>;
  deleteFile(place: Place): Promise<void>;
  rename(from: Place, to: Place, kind: "file" | "directory", replace: boolean): Promise<Properties>;
}
