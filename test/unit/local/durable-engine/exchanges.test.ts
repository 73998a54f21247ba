// Golden exchanges with the genuine SDK's replay code (durable-functions), turn by turn: the value that triggers a turn as the Durable extension
// writes it, and the actions that the SDK answers. They change when the SDK, the engine or the protocol does, and then somebody has to look:
// `-u` writes them anew. What the members mean is held by `protocol.test.ts`.
import { RetryOptions } from "durable-functions";
import { describe, expect, it } from "vitest";
import { recordedTurns } from "./support/recorded-turns.ts";
import type { HistoryEvent, Turn } from "./support/recorded-turns.ts";
import { sdkInvoker } from "./support/sdk-app.ts";
import type { SdkApp } from "./support/sdk-app.ts";

const day = 86_400_000;
const minute = 60_000;
const large = "ä€".repeat(40_000);

interface Story {
  readonly app: SdkApp;
  readonly input: unknown;
  /** What happens to the instance `golden` once it waits. */
  readonly then?: (running: Awaited<ReturnType<typeof recordedTurns>>) => Promise<void>;
}

const failingActivity = () => {
  throw new Error("no such file");
};

const stories: Readonly<Record<string, Story>> = {
  "activities-in-order-and-together": {
    input: { first: 1 },
    app: {
      activities: { add: ({ to }: { to: number }) => to + 1 },
      orchestrators: {
        main: function* (context) {
          const one = (yield context.df.callActivity("add", { to: 1 })) as unknown as number;
          const both = [1, 2].map((to) => context.df.callActivity("add", { to: to + one }));
          context.df.setCustomStatus({ at: "the end" });
          return yield context.df.Task.all(both);
        },
      },
    },
  },
  "retries-with-growing-delays": {
    input: {},
    app: {
      activities: { fail: failingActivity },
      orchestrators: {
        main: function* (context) {
          const options = new RetryOptions(5_000, 4);
          options.backoffCoefficient = 3;
          options.maxRetryIntervalInMilliseconds = 30_000;
          try {
            yield context.df.callActivityWithRetry("fail", options, { path: "a" });
          } catch (error) {
            return (error as Error).message.split("\n")[0];
          }
          return "never";
        },
      },
    },
    then: ({ advance }) => advance(5 * minute),
  },
  "timer-longer-than-six-days": {
    input: {},
    app: {
      orchestrators: {
        main: function* (context) {
          yield context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + 14 * day));
          return "awake";
        },
      },
    },
    then: ({ advance }) => advance(14 * day),
  },
  "event-against-a-timer": {
    input: {},
    app: {
      orchestrators: {
        main: function* (context) {
          const due = context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + day));
          const go = context.df.waitForExternalEvent("Go");
          const first = (yield context.df.Task.any([due, go])) as unknown;
          due.cancel();
          return first === go ? "event" : "timer";
        },
      },
    },
    async then({ client, advance }) {
      client.raiseEvent("golden", "Go", JSON.stringify({ by: "hand" }));
      await advance(minute);
    },
  },
  "children-and-one-that-fails": {
    input: {},
    app: {
      activities: { fail: failingActivity },
      orchestrators: {
        main: function* (context) {
          const well = (yield context.df.callSubOrchestrator("child", { fails: false }, "named")) as unknown;
          try {
            yield context.df.callSubOrchestrator("child", { fails: true });
          } catch (error) {
            return { well, failed: (error as Error).message.split("\n")[0] };
          }
          return "never";
        },
        child: function* (context) {
          const { fails } = context.df.getInput<{ fails: boolean }>() ?? { fails: true };
          if (fails) yield context.df.callActivity("fail", {});
          return "well";
        },
      },
    },
  },
  "a-new-generation": {
    input: { round: 1, sum: 0 },
    app: {
      orchestrators: {
        main: function* (context) {
          const { round, sum } = context.df.getInput<{ round: number; sum: number }>() ?? {
            round: 9,
            sum: 0,
          };
          const more = (yield context.df.waitForExternalEvent("More")) as unknown as { add: number };
          if (round < 2) {
            context.df.continueAsNew({ round: round + 1, sum: sum + more.add });
            return undefined;
          }
          return sum + more.add;
        },
      },
    },
    async then({ client, advance }) {
      for (const add of [3, 4]) {
        client.raiseEvent("golden", "More", JSON.stringify({ add }));
        await advance(minute);
      }
    },
  },
  "payloads-above-64-kb": {
    input: { text: large },
    app: {
      activities: { echo: ({ text }: { text: string }) => ({ text }) },
      orchestrators: {
        main: function* (context) {
          return yield context.df.callActivity("echo", context.df.getInput());
        },
      },
    },
  },
};

const isLong = (value: unknown): value is string => typeof value === "string" && value.length > 10_000;
/** Long texts by their length: of two that are as long only one is tried here. */
const written = (turns: readonly Turn[]) =>
  `${JSON.stringify(turns, (_key, value: unknown) => (isLong(value) ? `${value.length} characters` : value), 2)}\n`;

async function told({ app, input, then }: Story) {
  const running = await recordedTurns(app, "main");
  await running.run("main", input, "golden");
  await then?.(running);
  expect(running.status("golden").status).toBe("Completed");
  return running;
}

describe.each(Object.entries(stories))("the exchange %s", (name, story) => {
  it("is the recorded one", async () => {
    await expect(written((await told(story)).turns)).toMatchFileSnapshot(`golden/${name}.json`);
  });

  it("is decided alike from the whole history, as the extension sends it", async () => {
    const { turns, client } = await told(story);
    const final = turns.at(-1);
    // Without what the last turn itself added.
    const all = client.history("golden") as readonly HistoryEvent[];
    const begun = all.findLastIndex(({ EventType }) => EventType === 12);
    const decided = all.findIndex(
      ({ EventType }, at) => at > begun && [1, 4, 7, 10, 13, 14].includes(EventType),
    );
    const trigger = { ...final?.trigger, history: all.slice(0, decided) };
    const again = await sdkInvoker(story.app).orchestrator("main", "golden", JSON.stringify(trigger));
    expect(again.ok && JSON.parse(JSON.stringify(again.value))).toEqual(final?.answer);
  });

  it("leaves nothing behind its instance once that is purged", async () => {
    const { client, store } = await told(story);
    expect(client.purge("golden")).toBe(true);
    expect(client.get("golden")).toBeUndefined();
    expect(client.history("golden")).toEqual([]);
    expect(store.history("golden")).toEqual([]);
    expect(store.firstTimer()).toBeUndefined();
    expect(client.purge("golden")).toBe(false);
  });
});

describe("what the recorded exchanges say", () => {
  const eventsOf = async (name: string) => {
    const story = stories[name];
    if (story === undefined) throw new Error(name);
    return (await told(story)).client.history("golden") as readonly HistoryEvent[];
  };
  const days = (events: readonly HistoryEvent[]) => {
    const start = Date.parse(events[0]?.Timestamp ?? "");
    return events
      .filter(({ EventType }) => EventType === 10)
      .map(({ FireAt }) => (Date.parse(String(FireAt)) - start) / day);
  };

  it("of a timer of fourteen days: legs of three days, and the rest once it is six days or less", async () => {
    expect(days(await eventsOf("timer-longer-than-six-days"))).toEqual([3, 6, 9, 14]);
  });

  it("of retries: delays that grow to their limit, and one more after the last try", async () => {
    const events = await eventsOf("retries-with-growing-delays");
    const at = (type: number, key: string) =>
      events.filter(({ EventType }) => EventType === type).map((one) => Date.parse(String(one[key])));
    const failed = at(6, "Timestamp");
    const seconds = at(10, "FireAt").map((due, index) => Math.round((due - (failed[index] ?? 0)) / 1000));
    expect(seconds).toEqual([5, 15, 30, 30]);
  });
});
