import type { DequeuedMessageItem, QueueClient } from "@azure/storage-queue";
import { describe, expect, it } from "vitest";
import { manualClock } from "../../../../local/clock.ts";
import { silentLogger } from "../../../../local/logger.ts";
import { seededRandom } from "../../../../local/random.ts";
import {
  backOffMs,
  queuePump,
  type QueuePumpOptions,
} from "../../../../local/functions-host/triggers/queue-pump.ts";

/** A queue in memory that remembers what was asked of it. */
function fakeQueue(name: string) {
  const calls: string[] = [];
  const waiting: DequeuedMessageItem[] = [];
  const client = {
    name,
    receiveMessages: ({ numberOfMessages }: { numberOfMessages: number }) => {
      calls.push(`receive ${numberOfMessages}`);
      return Promise.resolve({ receivedMessageItems: waiting.splice(0, numberOfMessages) });
    },
    updateMessage: (id: string, receipt: string, _text: undefined, seconds: number) => {
      calls.push(`update ${id} ${receipt} ${seconds}`);
      return Promise.resolve({ popReceipt: `${receipt}+` });
    },
    deleteMessage: (id: string, receipt: string) => {
      calls.push(`delete ${id} ${receipt}`);
      return Promise.resolve({});
    },
    sendMessage: (text: string) => {
      calls.push(`send ${text}`);
      return Promise.resolve({});
    },
  };
  const put = (messageId: string, dequeueCount = 1) =>
    waiting.push({
      messageId,
      popReceipt: "r",
      dequeueCount,
      messageText: `text of ${messageId}`,
    } as DequeuedMessageItem);
  return { client: client as unknown as QueueClient, calls, put };
}

function pumpOn(queue: ReturnType<typeof fakeQueue>, options: Partial<QueuePumpOptions> = {}) {
  const clock = manualClock();
  const poison = fakeQueue(`${queue.client.name}-poison`);
  const pump = queuePump({
    queue: queue.client,
    poison: poison.client,
    handle: () => Promise.resolve(true),
    clock,
    random: seededRandom(1),
    logger: silentLogger,
    batchSize: 4,
    newBatchThreshold: 2,
    maxDequeueCount: 5,
    visibilityTimeoutMs: 7_000,
    maxPollingIntervalMs: 60_000,
    ...options,
  });
  return { pump, clock, poison };
}
const settled = (calls: string[]) => calls.filter((call) => !call.startsWith("receive"));

describe("the queue pump", () => {
  it("renews a message's invisibility every five minutes while it is worked on, and deletes it by its newest receipt", async () => {
    const queue = fakeQueue("work");
    let finish = (_done: boolean): void => {};
    const { pump, clock } = pumpOn(queue, { handle: () => new Promise((resolve) => (finish = resolve)) });
    queue.put("a");
    await pump.start();
    await clock.advance(11 * 60_000);
    expect(pump.busy()).toBe(true);
    finish(true);
    await clock.advance(0);
    expect(settled(queue.calls)).toEqual(["update a r 600", "update a r+ 600", "delete a r++"]);
    await clock.advance(20 * 60_000);
    expect(settled(queue.calls)).toHaveLength(3);
    await pump.stop();
  });

  it("makes a failed message visible again after the visibility timeout, and poisons it at its last attempt", async () => {
    const queue = fakeQueue("work");
    const { pump, clock, poison } = pumpOn(queue, { handle: () => Promise.resolve(false) });
    queue.put("first", 1);
    queue.put("last", 5);
    await pump.start();
    await clock.advance(0);
    expect(settled(queue.calls)).toEqual(["update first r 7", "delete last r"]);
    expect(poison.calls).toEqual(["send text of last"]);
    await pump.stop();
  });

  it("poisons a message that is over the maximum without a call", async () => {
    const queue = fakeQueue("work");
    let handled = 0;
    const { pump, clock, poison } = pumpOn(queue, {
      handle: () => {
        handled += 1;
        return Promise.resolve(true);
      },
    });
    queue.put("late", 6);
    await pump.start();
    await clock.advance(0);
    expect([handled, poison.calls]).toEqual([0, ["send text of late"]]);
    await pump.stop();
  });

  it("leaves a failed message of a poison queue invisible", async () => {
    const queue = fakeQueue("work-poison");
    const { pump, clock } = pumpOn(queue, { poison: undefined, handle: () => Promise.resolve(false) });
    queue.put("a", 9);
    await pump.start();
    await clock.advance(0);
    expect(settled(queue.calls)).toEqual([]);
    await pump.stop();
  });

  it("fetches again only when no more than the threshold are running", async () => {
    const queue = fakeQueue("work");
    const finish: (() => void)[] = [];
    const { pump, clock } = pumpOn(queue, {
      handle: () => new Promise((resolve) => finish.push(() => resolve(true))),
    });
    for (const id of ["a", "b", "c", "d", "e", "f", "g"]) queue.put(id);
    await pump.start();
    await clock.advance(120_000);
    expect([finish.length, queue.calls.filter((call) => call.startsWith("receive")).length]).toEqual([4, 1]);
    finish[0]?.();
    finish[1]?.();
    await clock.advance(0);
    expect(finish).toHaveLength(7);
    for (const done of finish) done();
    await pump.stop();
  });

  it("asks an empty queue ever more rarely up to the maximum, and at once when woken", async () => {
    const queue = fakeQueue("work");
    const { pump, clock } = pumpOn(queue);
    await pump.start();
    await clock.advance(60_000);
    const asked = queue.calls.length;
    expect(asked).toBeLessThan(15);
    pump.wake();
    await clock.advance(0);
    expect(queue.calls).toHaveLength(asked + 1);
    await pump.stop();
  });

  it("backs off from 100 ms by doubling, with a fifth of randomness either way", () => {
    const options = { random: seededRandom(2), maxPollingIntervalMs: 60_000 };
    for (const [empty, least, most] of [
      [1, 100, 120],
      [2, 160, 240],
      [5, 1_280, 1_920],
      [30, 60_000, 60_000],
    ] as const) {
      const ms = backOffMs(empty, options);
      expect(ms).toBeGreaterThanOrEqual(least);
      expect(ms).toBeLessThanOrEqual(most);
    }
  });
});
