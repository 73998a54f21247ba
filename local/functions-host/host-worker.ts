// The parent's side of a Functions host: starts the worker thread, passes its log lines on, drives its clock and stops it.
// Invariant: the thread never ends in silence: `startFunctionsHost` rejects or `exited` resolves with the reason.
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { Worker } from "node:worker_threads";
import { delay, systemClock } from "../clock.ts";
import type { Logger } from "../logger.ts";
import type { Random } from "../random.ts";
import type { HostOptions, HostReady, ParentMessage, WorkerMessage, WorkerStart } from "./control.ts";

export type { HostOptions } from "./control.ts";

export interface FunctionsHost extends HostReady {
  /** Resolves when no function runs and the durable engine has nothing to do without time passing. */
  idle(): Promise<void>;
  /** Moves the host's clock; only with `manualClock`. */
  advance(ms: number): Promise<void>;
  /** Graceful stop; safe to call twice. */
  dispose(): Promise<void>;
  /** Undefined after `dispose`, else why the thread ended. */
  readonly exited: Promise<Error | undefined>;
}

export interface StartOptions extends HostOptions {
  /** The built worker, `dist/local/functions-host.mjs`. */
  workerFile: string;
  logger: Logger;
  random: Random;
  /** How long running invocations may go on after `dispose`. Default 10 s. */
  graceMs?: number;
}

/** Rejects with one Error that lists everything that keeps the app from being hosted. */
export async function startFunctionsHost(options: StartOptions): Promise<FunctionsHost> {
  const { workerFile, logger, random, graceMs = 10_000, ...rest } = options;
  const start: WorkerStart = rest.manualClock ? { ...rest, seed: random.bytes(4).readUInt32LE() } : rest;
  const worker = new Worker(workerFile, {
    workerData: start,
    env: rest.settings,
    stdout: true,
    stderr: true,
  });
  const channel = openChannel(worker, logger);
  const ready = await channel.ready;
  let disposing: Promise<void> | undefined;
  return {
    ...ready,
    exited: channel.exited,
    idle: () => channel.ask((id) => ({ type: "idle", id })),
    advance: (ms) => channel.ask((id) => ({ type: "advance", id, ms })),
    dispose() {
      disposing ??= channel.stop(graceMs);
      return disposing;
    },
  };
}

interface Channel {
  ready: Promise<HostReady>;
  exited: Promise<Error | undefined>;
  ask(message: (id: number) => ParentMessage): Promise<void>;
  stop(graceMs: number): Promise<void>;
}

function openChannel(worker: Worker, logger: Logger): Channel {
  const replies = new Map<number, (error?: Error) => void>();
  let asked = 0;
  let stopping = false;
  let failure: Error | undefined;
  let ended: Error | undefined;
  let readyOrFailed: { resolve(ready: HostReady): void; reject(error: Error): void };
  const ready = new Promise<HostReady>((resolve, reject) => (readyOrFailed = { resolve, reject }));
  worker.on("message", (message: WorkerMessage) => {
    if (message.type === "log") logger[message.level](message.event, message.fields);
    else if (message.type === "reply") {
      replies.get(message.id)?.(message.error === undefined ? undefined : new Error(message.error));
      replies.delete(message.id);
    } else if (message.type === "failed") failure = new Error(message.message);
    else {
      const { type: _type, ...rest } = message;
      readyOrFailed.resolve(rest);
    }
  });
  worker.on("error", (error) => (failure ??= error instanceof Error ? error : new Error(String(error))));
  passLinesOn(worker.stdout, (line) => logger.info("app.printed", { stream: "stdout", line }));
  passLinesOn(worker.stderr, (line) => logger.warn("app.printed", { stream: "stderr", line }));
  const exited = new Promise<Error | undefined>((resolve) => {
    worker.once("exit", (code) => {
      const reason = failure ?? unexplainedEnd(code);
      ended = reason;
      readyOrFailed.reject(reason);
      for (const reply of replies.values()) reply(reason);
      replies.clear();
      resolve(stopping && failure === undefined ? undefined : reason);
    });
  });
  const ask: Channel["ask"] = (message) =>
    new Promise((resolve, reject) => {
      if (ended) return reject(ended);
      const id = asked++;
      replies.set(id, (error) => (error ? reject(error) : resolve()));
      worker.postMessage(message(id));
    });
  return {
    ready,
    exited,
    ask,
    async stop(graceMs) {
      stopping = true;
      // A thread that is already gone has nothing left to stop.
      const asked = ask((id) => ({ type: "stop", id, graceMs })).catch(() => undefined);
      const patience = new AbortController();
      await Promise.race([
        asked,
        exited,
        delay(systemClock(), 2 * graceMs + 6_000, patience.signal).catch(() => undefined),
      ]);
      patience.abort();
      await worker.terminate();
      await exited;
    },
  };
}

function unexplainedEnd(code: number): Error {
  return new Error(
    `The Functions host's thread ended with code ${code}; the app may have called process.exit.`,
  );
}

function passLinesOn(stream: Readable, emit: (line: string) => void): void {
  createInterface({ input: stream, crlfDelay: Infinity }).on(
    "line",
    (line) => void (line !== "" && emit(line)),
  );
}
