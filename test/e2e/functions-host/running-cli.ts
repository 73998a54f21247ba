// The built `batchai host` as a child process, up to its `ready`.
import { spawn, type ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll } from "vitest";

const cli = fileURLToPath(new URL("../../../dist/local/batchai.mjs", import.meta.url));

export interface ChildCli {
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  readonly lines: AsyncIterator<string>;
  readonly complaint: () => string;
}

export interface RunningCli extends ChildCli {
  readonly told: Record<"url" | "httpsUrl" | "certificate" | "masterKey" | "storageConnectionString", string>;
}

const children: ChildProcess[] = [];
afterAll(() => children.forEach((child) => child.kill("SIGKILL")));

export function spawnCli(...words: string[]): ChildCli {
  const { PATH = "" } = process.env;
  const child = spawn(process.execPath, [cli, "host", ...words], {
    env: { PATH },
    stdio: ["ignore", "pipe", "pipe"],
  });
  children.push(child);
  let complaint = "";
  child.stderr.on("data", (chunk) => (complaint += String(chunk)));
  // Not at its exit: what it said last may still be on its way then.
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return { child, ended, lines, complaint: () => complaint };
}

/** Resolves at `ready`; rejects with what the child complained of when it ends before. */
export async function startCli(...words: string[]): Promise<RunningCli> {
  const started = spawnCli(...words);
  const first = await started.lines.next();
  const ready = await started.lines.next();
  if (first.done || ready.value !== "ready")
    throw new Error(`The host did not start: ${started.complaint()}`);
  return { ...started, told: JSON.parse(first.value) as RunningCli["told"] };
}
