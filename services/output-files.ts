// Reading what jobs wrote, straight from storage: listings with links that users can download from. Nodes are never
// asked.
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
  /** Read-only link; files only. */
  readonly downloadUrl?: string | undefined;
}

export interface OutputFiles {
  /** Files and directories of one directory, sorted by name; an absent directory is empty. */
  list(place: StoragePlace, options: { readonly linkLifetimeMs: number }): Promise<readonly OutputFile[]>;
}
