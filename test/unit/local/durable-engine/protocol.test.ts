// What goes between the engine and the genuine SDK's replay code, turn by turn, held against what the Durable extension sends and takes: the trigger
// value, the events of a history and their numbers, the list of actions, a new generation, payloads that Azure keeps in blobs.
import { RetryOptions } from "durable-functions";
import { EntityId } from "durable-functions";
import { describe, expect, it } from "vitest";
import { recordedTurns } from "./support/recorded-turns.ts";
import type { HistoryEvent } from "./support/recorded-turns.ts";
import { sdkInvoker } from "./support/sdk-app.ts";
import type { SdkApp } from "./support/sdk-app.ts";

const hour = 3_600_000;
const story: SdkApp = {
  activities: {
    double: ({ value }: { value: number }) => ({ value: value * 2 }),
    fail: () => {
      throw new Error("no such file");
    },
  },
  orchestrators: {
    child: function* (context) {
      return yield context.df.callActivity("double", { value: 4 });
    },
    main: function* (context) {
      yield context.df.callActivity("double", { value: 1 });
      try {
        yield context.df.callActivityWithRetry("fail", new RetryOptions(1_000, 2), {});
      } catch {
        // Seen by its events.
      }
      yield context.df.callSubOrchestrator("child", {}, "the-child");
      const rest = context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + hour));
      const go = context.df.waitForExternalEvent("Go");
      yield context.df.Task.any([rest, go]);
      rest.cancel();
      return "done";
    },
  },
};

async function whole() {
  const running = await recordedTurns(story, "main");
  await running.run("main", { any: "input" }, "i1");
  await running.advance(10_000);
  expect(running.client.raiseEvent("i1", "Go", JSON.stringify({ by: "hand" }))).toBeDefined();
  await running.advance(1_000);
  expect(running.status("i1")).toMatchObject({ status: "Completed", output: "done" });
  return running;
}

describe("the value that triggers a turn", () => {
  it("has the members that the SDK asks for, with durations as .NET writes them", async () => {
    const [first, second] = (await whole()).turns;
    const { history, ...rest } = first?.trigger ?? { history: [] };
    expect(rest).toEqual({
      input: { any: "input" },
      instanceId: "i1",
      isReplaying: false,
      parentInstanceId: null,
      upperSchemaVersion: 1,
      upperSchemaVersionNew: 3,
      longRunningTimerIntervalDuration: "3.00:00:00",
      maximumShortTimerDuration: "6.00:00:00",
      defaultHttpAsyncRequestSleepTimeMillseconds: 30_000,
    });
    expect(history.map(({ EventType }) => EventType)).toEqual([12, 0]);
    expect(second?.trigger["isReplaying"]).toBe(true);
  });

  it("has a history each time of which what was there before counts as played", async () => {
    const { turns } = await whole();
    turns.slice(1).forEach(({ trigger }, at) => {
      const before = turns[at]?.trigger.history ?? [];
      const kinds = ({ EventType, EventId }: HistoryEvent) => `${EventType}:${EventId}`;
      expect(trigger.history.slice(0, before.length).map(kinds)).toEqual(before.map(kinds));
      expect(trigger.history.slice(0, before.length).every(({ IsPlayed }) => IsPlayed)).toBe(true);
      const now = trigger.history.findLastIndex(({ EventType }) => EventType === 12);
      expect(trigger.history.slice(now).some(({ IsPlayed }) => IsPlayed)).toBe(false);
    });
  });
});

describe("the events of a history", () => {
  const named = {
    0: "started",
    1: "ended",
    4: "task",
    5: "taskDone",
    6: "taskFailed",
    7: "child",
    8: "childDone",
    10: "timer",
    11: "timerFired",
    12: "[",
    13: "]",
    15: "event",
  } as Readonly<Record<number, string>>;
  /** As the extension sends it: whole. */
  const last = async () => (await whole()).client.history("i1") as readonly HistoryEvent[];

  it("stand in the order of turns: what arrived, then what was decided, by its number", async () => {
    const told = (await last()).map(({ EventType, EventId, TaskScheduledId, TimerId }) => {
      const number = EventId === -1 ? Number(TaskScheduledId ?? TimerId) : EventId;
      const shown = Number.isNaN(number) ? "" : ` ${EventId === -1 ? "" : "#"}${number}`;
      return `${named[EventType] ?? EventType}${shown}`;
    });
    // The second try fails, too: its timer is waited for all the same.
    expect(told).toEqual([
      ...["[", "started", "task #0", "]"],
      ...["[", "taskDone 0", "task #1", "]"],
      ...["[", "taskFailed 1", "timer #2", "]"],
      ...["[", "timerFired 2", "task #3", "]"],
      ...["[", "taskFailed 3", "timer #4", "]"],
      ...["[", "timerFired 4", "child #5", "]"],
      ...["[", "childDone 5", "timer #6", "]"],
      ...["[", "event", "ended", "]"],
    ]);
  });

  it("have the fields of their kind, with payloads as JSON text and a result even where it is null", async () => {
    const history = await last();
    const of = (type: number) => history.filter(({ EventType }) => EventType === type);
    expect(of(0)[0]).toMatchObject({
      Name: "main",
      Input: '{"any":"input"}',
      OrchestrationInstance: { InstanceId: "i1", ExecutionId: expect.any(String) as string },
    });
    expect(of(4)[0]).toMatchObject({ Name: "double", Input: '[{"value":1}]' });
    expect(of(5)[0]).toMatchObject({ Result: '{"value":2}' });
    for (const failed of of(6)) {
      expect(failed["Reason"]).toBe("Activity function 'fail' failed: no such file");
      expect(failed["Details"]).toEqual(expect.any(String));
    }
    expect(of(7)[0]).toMatchObject({ Name: "child", InstanceId: "the-child" });
    expect(of(8)[0]).toMatchObject({ Result: '{"value":8}' });
    for (const timer of of(10)) expect(timer["FireAt"]).toMatch(/^\d{4}-.*Z$/);
    expect(of(15)[0]).toMatchObject({ Name: "Go", Input: '{"by":"hand"}' });
    for (const { Timestamp, EventId, EventType } of history) {
      expect(Timestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z$/);
      expect(EventId >= 0, `${EventType}`).toBe([4, 7, 10, 14].includes(EventType));
    }
  });
});

describe("what the engine leaves out of a turn's history because the SDK never reads it", () => {
  it("changes nothing: with the whole history, as Azure sends it, the SDK decides the same", async () => {
    const { turns, client } = await whole();
    const all = client.history("i1") as readonly HistoryEvent[];
    const final = turns.at(-1);
    const upTo = all.findLastIndex(({ EventType }) => EventType === 15) + 1;
    const trigger = { ...final?.trigger, history: all.slice(0, upTo) };
    expect(trigger.history.length).toBeGreaterThan(final?.trigger.history.length ?? 0);
    const again = await sdkInvoker(story).orchestrator("main", "i1", JSON.stringify(trigger));
    expect(again.ok && JSON.parse(JSON.stringify(again.value))).toEqual(final?.answer);
  });
});

describe("the actions of a turn", () => {
  it("are one list of all since the beginning, one entry for each yield, with what was combined below it", async () => {
    const { turns } = await whole();
    const lists = turns.map(({ answer }) => answer.actions);
    for (const list of lists) expect(list).toHaveLength(1);
    const kinds = lists.map(([list]) =>
      (list as readonly { readonly actionType: number }[]).map(({ actionType }) => actionType),
    );
    kinds.slice(1).forEach((list, at) => {
      const before = kinds[at] ?? [];
      expect(list.slice(0, before.length)).toEqual(before);
    });
    expect(kinds.at(-1)).toEqual([0, 1, 2, 11]);
    const [combined] = (lists.at(-1)?.[0] as readonly Readonly<Record<string, unknown>>[]).slice(-1);
    // That the timer is cancelled is told by the last list only.
    expect(combined?.["compoundActions"]).toEqual([
      expect.objectContaining({ actionType: 5, isCanceled: true }),
      expect.objectContaining({ actionType: 6, externalEventName: "Go" }),
    ]);
    expect(turns.at(-1)?.answer).toMatchObject({ isDone: true, output: "done" });
  });
});

describe("a new generation", () => {
  it("begins with a history, an execution and numbers of its own", async () => {
    const { turns, run, client } = await recordedTurns(
      {
        activities: { note: (value: object) => value },
        orchestrators: {
          again: function* (context) {
            const { round } = context.df.getInput<{ round: number }>() ?? { round: 0 };
            yield context.df.callActivity("note", { round });
            if (round < 2) context.df.continueAsNew({ round: round + 1 });
            return round;
          },
        },
      },
      "again",
    );
    expect(await run("again", { round: 0 }, "g")).toMatchObject({ status: "Completed", output: 2 });
    const firsts = turns.filter(({ trigger }) => trigger["isReplaying"] === false);
    expect(firsts.map(({ trigger }) => trigger["input"])).toEqual([{ round: 0 }, { round: 1 }, { round: 2 }]);
    const executions = firsts.map(({ trigger }) => {
      const started = trigger.history.find(({ EventType }) => EventType === 0);
      return (started?.["OrchestrationInstance"] as { readonly ExecutionId: string }).ExecutionId;
    });
    expect(new Set(executions).size).toBe(3);
    for (const { trigger } of turns)
      expect(trigger.history.filter(({ EventType }) => EventType === 0)).toHaveLength(1);
    const numbers = client
      .history("g")
      .flatMap(({ EventType, EventId }) => (EventType === 4 ? [EventId] : []));
    expect(numbers).toEqual([0]);
    expect(client.get("g")?.input).toBe('{"round":2}');
  });
});

describe("what is larger than a message of Azure's queues (64 KiB)", () => {
  it("goes through input, activity, event, child, generation and output unchanged, and goes with its instance", async () => {
    const large = "ä€".repeat(100_000);
    const { run, client, advance, status, store } = await recordedTurns(
      {
        activities: { echo: ({ text }: { text: string }) => ({ text }) },
        orchestrators: {
          child: function* (context) {
            return yield context.df.callActivity("echo", context.df.getInput());
          },
          carry: function* (context) {
            const { text, isLast } = context.df.getInput<{ text: string; isLast: boolean }>() ?? {
              text: "",
              isLast: true,
            };
            const answer = (yield context.df.callSubOrchestrator("child", { text })) as { text: string };
            if (!isLast) {
              context.df.continueAsNew({ text: answer.text, isLast: true });
              return undefined;
            }
            const raised = (yield context.df.waitForExternalEvent("more")) as unknown as { text: string };
            return { text: answer.text, raised: raised.text };
          },
        },
      },
      "carry",
    );
    await run("carry", { text: large, isLast: false }, "big");
    client.raiseEvent("big", "more", JSON.stringify({ text: large }));
    await advance(1_000);
    const { output } = status("big");
    expect(output).toEqual({ text: large, raised: large });
    expect(client.purge("big")).toBe(true);
    expect(client.get("big")).toBeUndefined();
    expect(store.history("big")).toEqual([]);
  });

  it("goes to an entity, stays in its state and comes back unchanged", async () => {
    const large = "ä€".repeat(100_000);
    const entity = new EntityId("shelf", "a");
    const { run } = await recordedTurns(
      {
        entities: {
          shelf: (context) => {
            if (context.df.operationName === "put") context.df.setState(context.df.getInput());
            else context.df.return(context.df.getState());
          },
        },
        orchestrators: {
          keep: function* (context) {
            context.df.signalEntity(entity, "put", { text: context.df.getInput() });
            return yield context.df.callEntity(entity, "get");
          },
        },
      },
      "keep",
    );
    expect(await run("keep", large)).toMatchObject({ status: "Completed", output: { text: large } });
  });
});
