// An emulator in a process of its own, built once per test file: started on a data folder, killed, started again.
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { join } from "node:path";
import { build } from "esbuild";

/** Bundles emulator-child.ts; returns the script. `name`: one per test file, as files are tested side by side. */
export async function buildEmulatorChild(name: string): Promise<string> {
  // Not in dist, which is made anew when the sources change, perhaps while a long test runs.
  const cache = join(import.meta.dirname, "../../../node_modules/.cache/openbatchai");
  const script = join(cache, `batch-${name}-child.mjs`);
  await build({
    entryPoints: [join(import.meta.dirname, "emulator-child.ts")],
    outfile: script,
    bundle: true,
    platform: "node",
    format: "esm",
    external: ["libsql"],
    logLevel: "error",
    banner: {
      js: 'import { createRequire as __makeRequire } from "node:module"; const require = __makeRequire(import.meta.url);',
    },
  });
  return script;
}

export class EmulatorProcess {
  readonly #script: string;
  readonly #folder: string;
  #child: ChildProcess | undefined;

  constructor(script: string, folder: string) {
    this.#script = script;
    this.#folder = folder;
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  /** Resolves with the emulator's URL. */
  async start(): Promise<string> {
    const child = spawn(process.execPath, [this.#script, this.#folder], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    this.#child = child;
    return new Promise((resolve, reject) => {
      child.stdout.once("data", (chunk: Buffer) => resolve(chunk.toString().trim()));
      child.once("exit", (code) => reject(new Error(`the emulator ended with ${code}`)));
    });
  }

  kill = () => this.#end("SIGKILL");
  /** Does nothing when it has ended. */
  stop = () => this.#end("SIGTERM");

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once("close", resolve));
    child.kill(signal);
    await ended;
  }
}
