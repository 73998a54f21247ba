// The emulator of the benchmarks: in a process of its own where real time is measured, as a client finds it, or in this
// one where the clock is driven by hand.
import { fork } from "node:child_process";
import { join } from "node:path";
import { createProcessExecutor } from "../../../local/batch-emulator/agent/process-executor.ts";
import { startBatchEmulator } from "../../../local/batch-emulator/index.ts";
import type { BatchEmulator, EmulatorOptions } from "../../../local/batch-emulator/index.ts";
import { systemClock } from "../../../local/clock.ts";
import { silentLogger } from "../../../local/logger.ts";
import { systemRandom } from "../../../local/random.ts";
import { account, accountKey } from "./client.ts";

const nothing = () => Promise.resolve();

export function benchEmulator(
  options: Pick<EmulatorOptions, "dataDirectory" | "executor"> & Partial<EmulatorOptions>,
): Promise<BatchEmulator> {
  return startBatchEmulator({
    port: 0,
    accountName: account,
    accountKey,
    subscriptionId: "s",
    resourceGroup: "g",
    location: "here",
    clock: systemClock(),
    random: systemRandom(),
    logger: silentLogger,
    mounts: { attach: () => Promise.resolve({ ok: true }), flush: nothing, detach: nothing, close: nothing },
    verifyBearer: () => Promise.resolve("unknown"),
    ...options,
  });
}

/** What the child does: `serve real DIRECTORY` runs tasks as processes, `serve idle DIRECTORY` starts none. */
export async function serve(kind: string, directory: string): Promise<void> {
  const emulator = await benchEmulator({
    dataDirectory: directory,
    executor:
      kind === "idle"
        ? {
            run: () => new Promise(() => undefined),
            recover: () => Promise.resolve(new Map()),
            kill: nothing,
            forget: nothing,
            close: nothing,
          }
        : createProcessExecutor({
            stateDirectory: join(directory, "launches"),
            clock: systemClock(),
            random: systemRandom(),
            logger: silentLogger,
          }),
  });
  process.send?.({ url: emulator.url });
  // When the benchmark has failed.
  process.on("disconnect", () => process.exit(1));
  process.on("message", (message) => {
    if (message === "memory") process.send?.({ rss: process.memoryUsage().rss });
    else void emulator.dispose().then(() => process.exit());
  });
}

export interface ServedEmulator {
  readonly url: string;
  readonly pid: number;
  /** Resident bytes. */
  memory(): Promise<number>;
  stop(): Promise<void>;
}

/** Starts `program` again as the emulator; it must call `serve` with its own arguments then. */
export async function servedEmulator(
  program: string,
  kind: "real" | "idle",
  directory: string,
): Promise<ServedEmulator> {
  const child = fork(program, ["serve", kind, directory], { stdio: "inherit" });
  const reply = <T>() =>
    new Promise<T>((resolve, reject) => {
      child.once("message", (message) => resolve(message as T));
      child.once("exit", (code) => reject(new Error(`the emulator ended with ${code}`)));
    });
  const { url } = await reply<{ url: string }>();
  return {
    url,
    pid: child.pid ?? -1,
    async memory() {
      child.send("memory");
      return (await reply<{ rss: number }>()).rss;
    },
    async stop() {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.send("stop");
      await ended;
    },
  };
}
