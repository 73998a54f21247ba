// Copies what a source has to a target, some files at once. After a failure none is begun, and what was begun comes to its end.
import type { FoundFile, Source, Target } from "./side.ts";

const atOnce = 8;

export interface CopyWatcher {
  readonly onFile: (file: FoundFile) => void;
  readonly onBytes: (count: number) => void;
  readonly onCopied: (name: string) => void;
}

/** @param ownName of the source, where it is one file and the target a folder. @returns how many files there were. */
export async function copyFiles(
  source: Source,
  target: Target,
  ownName: string,
  { onFile, onBytes, onCopied }: CopyWatcher,
): Promise<number> {
  const files = source.files();
  const isFolder = await target.isFolder();
  let count = 0;
  let hasFailed = false;
  const worker = async () => {
    while (!hasFailed) {
      const next = await files.next();
      if (next.done === true) return;
      count += 1;
      onFile(next.value);
      const { path } = next.value;
      onCopied(await target.write(path === "" && isFolder ? ownName : path, next.value, onBytes));
    }
  };
  const ends = await Promise.allSettled(
    Array.from({ length: atOnce }, () =>
      worker().catch((error: unknown) => {
        hasFailed = true;
        throw error;
      }),
    ),
  );
  const failure = ends.find((end) => end.status === "rejected");
  if (failure !== undefined) throw failure.reason;
  return count;
}
