// Writes the mount commands of emulated nodes into a folder that is first on their PATH. Each is a two-line shell script
// around one program; it needs `/bin/sh` and the `node` that the nodes have on their PATH anyway.
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { shimProgram } from "./program.ts";

export const mountShims = [
  "mount",
  "umount",
  "blobfuse",
  "blobfuse2",
  "fusermount",
  "fusermount3",
  "mountpoint",
  "sync",
] as const;

/** `directory` is made when missing; what is there under these names is replaced. */
export function writeMountShims(directory: string): void {
  mkdirSync(directory, { recursive: true });
  place(join(directory, "batchai-mount.mjs"), shimProgram, 0o644);
  for (const name of mountShims) {
    const script = `#!/bin/sh\nexec node "\${0%/*}/batchai-mount.mjs" ${name} "$@"\n`;
    place(join(directory, name), script, 0o755);
  }
}

/** A node that starts a command just now sees the old file or the new one. */
function place(file: string, text: string, mode: number): void {
  writeFileSync(`${file}.new`, text, { mode });
  renameSync(`${file}.new`, file);
}
