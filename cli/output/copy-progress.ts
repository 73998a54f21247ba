// One line on standard error that tells how far a copy is; nothing where nobody looks, or the terminal takes no escapes.
import type { Context } from "../command.ts";

export interface CopyProgress {
  readonly onFile: (file: { readonly sizeBytes: number }) => void;
  readonly onBytes: (count: number) => void;
  /** Takes the line away, so that something else can be said. */
  readonly clear: () => void;
  readonly onCopied: () => void;
}

const fewestMs = 100;

export function copyProgress({
  err,
  now,
  isTerminal,
  environment,
}: Pick<Context, "err" | "now" | "isTerminal" | "environment">): CopyProgress {
  const isLive = isTerminal.err && environment["TERM"] !== "dumb" && !environment["NO_COLOR"];
  let [files, copied, bytes, allBytes, drawnAt] = [0, 0, 0, 0, -Infinity];
  const draw = () => {
    if (!isLive || now() - drawnAt < fewestMs) return;
    drawnAt = now();
    err(`\r\u001B[K${copied} of ${files} files, ${sized(bytes)} of ${sized(allBytes)}`);
  };
  return {
    onFile({ sizeBytes }) {
      files += 1;
      allBytes += sizeBytes;
      draw();
    },
    onBytes(count) {
      bytes += count;
      draw();
    },
    onCopied() {
      copied += 1;
      draw();
    },
    clear: () => (isLive ? err("\r\u001B[K") : undefined),
  };
}

function sized(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  const units = ["KiB", "MiB", "GiB", "TiB"];
  const power = Math.min(units.length, Math.floor(Math.log2(bytes) / 10));
  return `${(bytes / 1024 ** power).toFixed(1)} ${units[power - 1] ?? ""}`;
}
