// Files that were logged to runs and models which no output of a job holds: in a container of the service's storage account, below a
// folder for each experiment. What belongs in which folder is decided elsewhere. Reading them is reading output files.
import type { StoragePlace } from "./output-files.ts";

/** Files that are longer come in parts, straight from whoever has them into the storage. */
export const longestArtifactBytes = 100_000_000;

export interface Artifacts {
  /** Where the files of a folder are, for `OutputFiles`. */
  place(directory: string): StoragePlace;
  /** Makes a file, or takes the place of the one that is there. */
  write(path: string, content: Uint8Array): Promise<void>;
  /**
   * Links that take one part of a file each, by PUT; the file is there once the parts are put together.
   * @param upload a name that no other upload of the file has; letters and digits, the same number of them always.
   */
  partLinks(path: string, upload: string, parts: number, lifetimeMs: number): Promise<readonly string[]>;
  /** `missing`: a part did not arrive. */
  assemble(path: string, upload: string, parts: readonly number[]): Promise<"assembled" | "missing">;
  /** Removes a file, and what is below a folder of that name. Absence is a success. */
  remove(path: string): Promise<void>;
  /** The folders at the top, and since when something is in each (ISO 8601). */
  folders(): Promise<readonly { readonly folder: string; readonly modifiedAt: string }[]>;
}
