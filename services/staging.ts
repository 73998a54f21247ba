// Short-lived files for compute nodes: launch plans, the launcher, sealed secrets. Nodes read them through links that
// expire. Invariant: a link is never stored; it is made anew by whoever hands it to Batch.

export interface StagedFile {
  readonly path: string;
  readonly content: string;
}

export interface Staging {
  /** Overwrites; the same input twice is one file. */
  put(files: readonly StagedFile[]): Promise<void>;
  /** A read-only URL that expires after `lifetimeMs`. */
  link(path: string, lifetimeMs: number): Promise<string>;
  /** Every file whose path begins with `prefix`; `modifiedAt` is ISO 8601. */
  list(prefix: string): Promise<readonly { readonly path: string; readonly modifiedAt: string }[]>;
  /** Removing what is absent is a success. */
  remove(paths: readonly string[]): Promise<void>;
  /** Removes every file whose path begins with `prefix`. */
  removeAll(prefix: string): Promise<void>;
}
