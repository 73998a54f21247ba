// One side of a copy: files below a path, to read or to write. Whatever a side is, a copy is made of these.
import type { Readable } from "node:stream";

export interface FoundFile {
  /** Below the path that was asked for; "" when that is a file itself. */
  readonly path: string;
  readonly sizeBytes: number;
  readonly open: () => Promise<Readable>;
}

export interface Source {
  /** Nothing where nothing is. */
  files(): AsyncGenerator<FoundFile>;
}

export interface Target {
  /** True: what comes goes below it, under its own name. */
  isFolder(): Promise<boolean>;
  /** @param path below it; "" is itself. @returns as what it is told. */
  write(path: string, file: FoundFile, onBytes: (count: number) => void): Promise<string>;
}
