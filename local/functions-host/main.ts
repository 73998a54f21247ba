// Entry of the worker thread that hosts one Functions app: reads its start data, starts the host, answers the parent. Invariant: an
// error of the app, thrown where nobody can catch it, is reported and does not take the host down (the real host would
// restart its worker process, losing what runs in it).
import { parentPort, workerData } from "node:worker_threads";
import { manualClock, systemClock, type ManualClock } from "../clock.ts";
import { lastMoment } from "../data-folder/last-moment.ts";
import type { LogFields, Logger } from "../logger.ts";
import { seededRandom, systemRandom } from "../random.ts";
import { StartError } from "../start-error.ts";
import { HostStartError } from "./app/app-error.ts";
import type { ParentMessage, WorkerMessage, WorkerStart } from "./control.ts";
import { createHost, type Host } from "./host.ts";

const port = parentPort;
if (!port)
  throw new Error("This file is the worker thread of a Functions host; start it with startFunctionsHost.");
const start = workerData as WorkerStart;
const send = (message: WorkerMessage) => port.postMessage(message);
const logAt =
  (level: "debug" | "info" | "warn" | "error") =>
  (event: string, fields: LogFields = {}) =>
    send({ type: "log", level, event, fields: { ...fields } });
const logger: Logger = {
  debug: logAt("debug"),
  info: logAt("info"),
  warn: logAt("warn"),
  error: logAt("error"),
};

process.on("uncaughtException", (error: unknown, origin) => {
  logger.error("app.crashed", {
    origin,
    reason: error instanceof Error ? (error.stack ?? error.message) : String(error),
    consequence: "In Azure the worker process would be restarted and everything running in it lost.",
  });
});

const manual: ManualClock | undefined = start.manualClock
  ? manualClock(start.manualClock.startMs)
  : undefined;

const seenMs = start.dataDirectory === "memory" ? 0 : lastMoment([start.dataDirectory]);

async function answer(host: Host, message: ParentMessage): Promise<void> {
  if (message.type === "idle") return host.idle();
  if (message.type === "stop") return host.stop(message.graceMs);
  if (!manual) throw new Error("Time can only be advanced on a host that was started with manualClock.");
  return manual.advance(message.ms);
}

try {
  const host = await createHost({
    ...start,
    environment: process.env,
    clock: manual ?? systemClock(seenMs),
    random: start.seed === undefined ? systemRandom() : seededRandom(start.seed),
    logger,
  });
  port.on("message", (message: ParentMessage) => {
    answer(host, message).then(
      () => send({ type: "reply", id: message.id }),
      (error: unknown) =>
        send({
          type: "reply",
          id: message.id,
          error: error instanceof Error ? error.message : String(error),
        }),
    );
  });
  void host.failed.then((error) => {
    send({ type: "failed", message: error.message });
    process.exit(1);
  });
  send({ type: "ready", ...host.ready });
} catch (error) {
  const message =
    error instanceof HostStartError || error instanceof StartError
      ? error.message
      : error instanceof Error
        ? (error.stack ?? error.message)
        : String(error);
  send({ type: "failed", message });
  // The app may have opened servers or timers while it was loading.
  process.exit(1);
}
