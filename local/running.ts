// The local cloud that another process runs on a data folder: found without loading any part of it.
import { holderOf } from "./data-folder/data-folder.ts";

/** Of the process that holds the folder; undefined when none does, whatever its files say. */
export function runningCloud(folder: string): Promise<number | undefined> {
  return holderOf(folder);
}
