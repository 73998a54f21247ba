// Commands of an installed az, each a process of its own that is forked from one that has az's modules loaded (az_forks.py).
import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";

export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface AzForks {
  readonly run: (...words: string[]) => Promise<Ended>;
  readonly stop: () => Promise<void>;
}

/** @param python that has az's packages. */
export function azForks(python: string, env: NodeJS.ProcessEnv): AzForks {
  const program = join(import.meta.dirname, "az_forks.py");
  const child = spawn(python, [program], { env, stdio: ["pipe", "pipe", "inherit"] });
  const waiting = new Map<number, (ended: Ended) => void>();
  createInterface({ input: child.stdout }).on("line", (line) => {
    const { id, ...answer } = JSON.parse(line) as Ended & { id: number };
    waiting.get(id)?.(answer);
    waiting.delete(id);
  });
  const closed = new Promise<void>((resolve) => child.once("close", () => resolve()));
  void closed.then(() => {
    for (const resolve of waiting.values()) resolve({ code: -1, out: "", err: "az_forks.py ended" });
  });
  let last = 0;
  return {
    run: (...words) =>
      new Promise((resolve) => {
        last += 1;
        waiting.set(last, resolve);
        child.stdin.write(`${JSON.stringify({ id: last, words })}\n`);
      }),
    stop: async () => {
      child.stdin.end();
      await closed;
    },
  };
}
