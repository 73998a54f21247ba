// The local cloud as a process of its own, which tests may kill without warning and start again on the same folder.
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { LocalCloud, LocalCloudDescription } from "../../local/start.ts";
import { until } from "./batch-ai-client.ts";

const program = fileURLToPath(new URL("../../dist/local/batchai.mjs", import.meta.url));

export interface CloudProcess {
  /** Where everything is kept. */
  readonly data: string;
  /** Id of the running process. */
  pid(): number | undefined;
  /** @param options further words of the command line. */
  start(...options: string[]): Promise<Pick<LocalCloud, "description">>;
  /** @returns the exit code, null after a kill. */
  stop(signal: NodeJS.Signals): Promise<number | null>;
  /** Kills the cloud with all processes of its group, as the system does when memory runs out. */
  killGroup(): Promise<void>;
  /** Stops it if it runs, and removes the folder. */
  dispose(): Promise<void>;
}

export async function cloudProcess(): Promise<CloudProcess> {
  const data = join(await mkdtemp(join(tmpdir(), "cloud-process-")), "cloud");
  let child: ChildProcess | undefined;
  const stop = async (signal: NodeJS.Signals) => {
    const ended = new Promise<number | null>((resolve) => child?.once("exit", (code) => resolve(code)));
    child?.kill(signal);
    return ended;
  };
  return {
    data,
    pid: () => child?.pid,
    stop,
    async killGroup() {
      if (child?.pid === undefined) return;
      const ended = new Promise((resolve) => child?.once("exit", resolve));
      process.kill(-child.pid, "SIGKILL");
      await ended;
    },
    async start(...options) {
      child = spawn(process.execPath, [program, "start", "--data", data, "--port", "0", ...options], {
        stdio: ["ignore", "pipe", "inherit"],
        detached: true, // a process group of its own
      });
      let output = "";
      let ended = "";
      child.stdout?.on("data", (chunk: Buffer) => (output += chunk.toString()));
      child.once(
        "exit",
        (code, signal) => (ended = `the cloud ended with ${signal ?? code} before it was ready`),
      );
      const isReady = () => {
        if (ended !== "") throw new Error(ended);
        return /^ready$/m.test(output) ? true : undefined;
      };
      await until("the word ready", async () => isReady(), 60_000);
      const text = await readFile(join(data, "cloud.json"), "utf8");
      return { description: JSON.parse(text) as LocalCloudDescription };
    },
    async dispose() {
      if (child?.exitCode === null && child.signalCode === null) await stop("SIGTERM");
      await rm(join(data, ".."), { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
