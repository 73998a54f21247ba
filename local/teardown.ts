// Undoes what was set up, last thing first, each once, going on when one of them fails.

export interface Teardown {
  /** Registers how to undo a step that succeeded. */
  add(undo: () => Promise<unknown>): void;
  /** Rejects with the first failure, after everything was tried. Idempotent. */
  run(): Promise<void>;
}

export function createTeardown(): Teardown {
  const undos: (() => Promise<unknown>)[] = [];
  let running: Promise<void> | undefined;
  const runAll = async () => {
    const failures: unknown[] = [];
    for (const undo of undos.reverse()) await undo().catch((error: unknown) => failures.push(error));
    if (failures.length > 0) throw failures[0];
  };
  return { add: (undo) => void undos.push(undo), run: () => (running ??= runAll()) };
}
