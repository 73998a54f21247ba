// Takes messages from one storage queue and sees each through to its end, as the Functions queue listener does. Invariants: a message is deleted
// only after its handler succeeded or after it is in the poison queue; it stays invisible to others while it is worked on;
// an empty or missing queue is asked ever more rarely. Does not know what a message means.
import type { DequeuedMessageItem, QueueClient } from "@azure/storage-queue";
import { delay, type Clock } from "../../clock.ts";
import type { Logger } from "../../logger.ts";
import type { Random } from "../../random.ts";
import { send } from "../bindings/queue-binding.ts";
import type { TriggerListener } from "./trigger-listener.ts";

export interface QueuePumpOptions {
  queue: QueueClient;
  /** Absent for queues that are poison queues themselves: a failed message then just stays invisible. */
  poison: QueueClient | undefined;
  /** True = done with. Must not reject. */
  handle(message: DequeuedMessageItem): Promise<boolean>;
  clock: Clock;
  random: Random;
  logger: Logger;
  batchSize: number;
  newBatchThreshold: number;
  maxDequeueCount: number;
  /** How long a failed message rests before it is seen again. */
  visibilityTimeoutMs: number;
  maxPollingIntervalMs: number;
}

/** "Azure Queue storage trigger": a message is invisible for ten minutes and renewed at half time while it is worked on. */
const invisibleSeconds = 600;
const shortestPollMs = 100;

export interface QueuePump extends TriggerListener {
  /** Looks at the queue at once: somebody of this process has just put a message there. */
  wake(): void;
}

export function queuePump(options: QueuePumpOptions): QueuePump {
  const { clock, logger } = options;
  const stopped = new AbortController();
  const running = new Set<Promise<void>>();
  let loop: Promise<void> | undefined;
  let rest = new AbortController();
  let woken = false;

  async function pump(): Promise<void> {
    let empty = 0;
    while (!stopped.signal.aborted) {
      if (running.size > options.newBatchThreshold) {
        await Promise.race([...running, aborted(stopped.signal)]);
        continue;
      }
      woken = false;
      const messages = await receive(options);
      for (const message of messages) track(running, process(options, message, stopped.signal));
      empty = messages.length > 0 ? 0 : empty + 1;
      if (messages.length === 0 && !woken) await pause(backOffMs(empty, options));
    }
  }

  async function pause(ms: number): Promise<void> {
    rest = new AbortController();
    await delay(clock, ms, AbortSignal.any([rest.signal, stopped.signal])).catch(() => undefined);
  }

  return {
    start() {
      loop = pump().catch((error: unknown) =>
        logger.error("queue.pumpFailed", { queue: options.queue.name, reason: String(error) }),
      );
      return Promise.resolve();
    },
    async stop() {
      stopped.abort();
      await loop;
      await Promise.all(running);
    },
    busy: () => running.size > 0,
    wake() {
      woken = true;
      rest.abort();
    },
  };
}

function track(running: Set<Promise<void>>, work: Promise<void>): void {
  running.add(work);
  void work.finally(() => running.delete(work));
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) =>
    signal.aborted ? resolve() : signal.addEventListener("abort", () => resolve(), { once: true }),
  );
}

/** Doubles from 100 ms with a fifth of randomness either way, up to the maximum. */
export function backOffMs(
  emptyPolls: number,
  options: { random: Random; maxPollingIntervalMs: number },
): number {
  const grown = shortestPollMs * 2 ** Math.min(emptyPolls - 1, 30) * (0.8 + options.random.next() * 0.4);
  return Math.max(shortestPollMs, Math.min(grown, options.maxPollingIntervalMs));
}

/** A queue that does not exist is an empty one; a storage that does not answer is asked again later. */
async function receive(options: QueuePumpOptions): Promise<DequeuedMessageItem[]> {
  try {
    const answer = await options.queue.receiveMessages({
      numberOfMessages: options.batchSize,
      visibilityTimeout: invisibleSeconds,
    });
    return answer.receivedMessageItems;
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode !== 404)
      options.logger.warn("queue.notReadable", {
        queue: options.queue.name,
        reason: (error as Error).message,
      });
    return [];
  }
}

async function process(
  options: QueuePumpOptions,
  message: DequeuedMessageItem,
  stopped: AbortSignal,
): Promise<void> {
  const held = hold(options, message, stopped);
  try {
    const exhausted = message.dequeueCount > options.maxDequeueCount;
    const done = !exhausted && (await options.handle(message));
    await held.release();
    if (done) await options.queue.deleteMessage(message.messageId, held.popReceipt());
    else await setAside(options, message, held.popReceipt());
  } catch (error) {
    // The message comes back when its invisibility ends.
    options.logger.warn("queue.messageNotSettled", {
      queue: options.queue.name,
      messageId: message.messageId,
      reason: (error as Error).message,
    });
  } finally {
    await held.release();
  }
}

/** Renews the message's invisibility until released; each renewal changes its pop receipt. */
function hold(options: QueuePumpOptions, message: DequeuedMessageItem, stopped: AbortSignal) {
  const released = new AbortController();
  let popReceipt = message.popReceipt;
  const renewing = (async () => {
    for (;;) {
      await delay(options.clock, (invisibleSeconds * 1000) / 2, released.signal);
      const renewed = await options.queue.updateMessage(
        message.messageId,
        popReceipt,
        undefined,
        invisibleSeconds,
      );
      popReceipt = renewed.popReceipt ?? popReceipt;
    }
  })().catch((error: unknown) => {
    if (!released.signal.aborted && !stopped.aborted)
      options.logger.warn("queue.notRenewed", {
        queue: options.queue.name,
        messageId: message.messageId,
        reason: String(error),
      });
  });
  return {
    popReceipt: () => popReceipt,
    async release() {
      released.abort();
      await renewing;
    },
  };
}

async function setAside(
  options: QueuePumpOptions,
  message: DequeuedMessageItem,
  popReceipt: string,
): Promise<void> {
  if (!options.poison) return;
  if (message.dequeueCount < options.maxDequeueCount) {
    await options.queue.updateMessage(
      message.messageId,
      popReceipt,
      undefined,
      Math.round(options.visibilityTimeoutMs / 1000),
    );
    return;
  }
  await send(options.poison, message.messageText);
  await options.queue.deleteMessage(message.messageId, popReceipt);
  options.logger.warn("queue.messagePoisoned", {
    queue: options.queue.name,
    poisonQueue: options.poison.name,
    messageId: message.messageId,
    dequeueCount: message.dequeueCount,
  });
}
