// The built `batchai` as a shell starts it, in a folder of the test's.
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Said } from "./command-line.ts";

export const program = fileURLToPath(new URL("../../dist/local/batchai.mjs", import.meta.url));

interface Place {
  /** Where the command runs, and the person's own folder unless `env` says otherwise. */
  readonly folder: string;
  readonly env?: NodeJS.ProcessEnv;
}

export interface Typed {
  readonly child: ChildProcess;
  /** So far. */
  readonly said: { out: string; err: string };
  readonly ended: Promise<Said>;
}

export function started(file: string, words: readonly string[], { folder, env = {} }: Place): Typed {
  const child = spawn(file, words, {
    cwd: folder,
    env: { PATH: process.env["PATH"], HOME: folder, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const said = { out: "", err: "" };
  child.stdout.on("data", (chunk: Buffer) => (said.out += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (said.err += chunk.toString()));
  const ended = new Promise<Said>((resolve) =>
    child.once("close", (code) => resolve({ code: code ?? -1, ...said })),
  );
  return { child, said, ended };
}

export const typed = (words: readonly string[], place: Place): Typed =>
  started(process.execPath, [program, ...words], place);

/** @param before lines of the shell that come first. */
export const typedInShell = (line: string, place: Place, before = ""): Typed =>
  started(
    "bash",
    ["-c", `set -o pipefail\nbatchai() { "${process.execPath}" "${program}" "$@"; }\n${before}\n${line}`],
    place,
  );
