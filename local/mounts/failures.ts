// What of a container's failures gets into the log: each once, and again only after it had gone well meanwhile or for another
// reason, so that an outage does not fill a disk.
import type { Logger } from "../logger.ts";

export interface Failures {
  /** @param about what failed: a name, a turn. */
  report(about: string, event: string, fields: Readonly<Record<string, string>>): void;
  /** It went well: the next failure is news. */
  over(about: string): void;
}

export function createFailures(logger: Logger, label: string): Failures {
  const reported = new Map<string, string>();
  return {
    report(about, event, fields) {
      const text = JSON.stringify([event, fields]);
      if (reported.get(about) === text) return;
      reported.set(about, text);
      logger.warn(event, { label, ...fields });
    },
    over: (about) => void reported.delete(about),
  };
}

export const firstLine = (error: unknown) =>
  (error instanceof Error ? error.message : String(error)).split("\n")[0] ?? "";

/** Another text with the code by which callers know that there is no use in asking again. */
export function reworded(message: string, cause: Error): Error {
  return Object.assign(new Error(message, { cause }), { code: (cause as { code?: unknown }).code });
}
