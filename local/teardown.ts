// Undoes what was set up, last thing first, each once, going on when one of them fails.

import type { Logger } from "./logger.ts";

export interface Teardown {
  /** Registers how to undo a step that succeeded; `name` is for the log. */
  add(name: string, undo: () => Promise<unknown>): void;
  /** Rejects with the first failure, after everything was tried. Idempotent. */
  run(): Promise<void>;
}

export function createTeardown(logger: Logger): Teardown {
  const undos: { readonly name: string; readonly undo: () => Promise<unknown> }[] = [];
  let running: Promise<void> | undefined;
  const runAll = async () => {
    const failures: unknown[] = [];
    for (const { name, undo } of undos.reverse()) {
      await undo().catch((error: unknown) => {
        failures.push(error);
        logger.error("part.stopFailed", { name, reason: String(error) });
      });
      logger.info("part.stopped", { name });
    }
    if (failures.length > 0) throw failures[0];
  };
  return { add: (name, undo) => void undos.push({ name, undo }), run: () => (running ??= runAll()) };
}
