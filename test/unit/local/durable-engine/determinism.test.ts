// Finding orchestrators that don't repeat themselves: at run time by replaying twice, later by golden histories.
import { RetryOptions } from "durable-functions";
import { describe, expect, it } from "vitest";
import { verifyHistory } from "../../../../local/durable-engine/index.ts";
import type { HistoryEvent } from "../../../../local/durable-engine/replay/history-events.ts";
import { startEngine } from "./support/running-engine.ts";
import { sdkInvoker, type SdkApp } from "./support/sdk-app.ts";

describe("replaying every turn twice", () => {
  it("fails an orchestrator whose decisions depend on something outside of it", async () => {
    let calls = 0;
    const { run } = await startEngine(
      {
        activities: { work: () => 1 },
        orchestrators: {
          main: function* (context) {
            calls += 1;
            yield context.df.callActivity("work", { call: calls });
          },
        },
      },
      { replayTwice: true },
    );
    const { status, output } = await run("main");
    expect(status).toBe("Failed");
    expect(output).toContain("two replays of the same history gave different results");
  });

  it("lets a deterministic one pass", async () => {
    const { run } = await startEngine(
      {
        activities: { work: () => 1 },
        orchestrators: {
          main: function* (context) {
            return yield context.df.callActivity("work", { at: context.df.currentUtcDateTime });
          },
        },
      },
      { replayTwice: true },
    );
    expect((await run("main")).status).toBe("Completed");
  });
});

describe("a golden history", () => {
  const activities = {
    first: () => 1,
    flaky: () => {
      throw new Error("no");
    },
  };
  const app: SdkApp = {
    activities,
    orchestrators: {
      main: function* (context) {
        yield context.df.callActivity("first", {});
        try {
          yield context.df.callActivityWithRetry("flaky", new RetryOptions(100, 2), {});
        } catch {
          yield context.df.waitForExternalEvent("Go");
        }
        return "end";
      },
    },
  };

  async function record(): Promise<HistoryEvent[]> {
    const { run, advance, client, engine } = await startEngine(app);
    const { instanceId } = await run("main", { a: 1 });
    await advance(1000);
    client.suspend(instanceId, "x");
    await engine.idle();
    client.resume(instanceId, "y");
    client.raiseEvent(instanceId, "Go", "1");
    await engine.idle();
    return client.history(instanceId) as unknown as HistoryEvent[];
  }

  it("fits the code that wrote it", async () => {
    const events = await record();
    expect(events.at(-2)).toMatchObject({ OrchestrationStatus: "Completed" });
    expect(await verifyHistory({ instanceId: "x", events }, sdkInvoker(app))).toEqual([]);
  });

  it.each<[string, NonNullable<SdkApp["orchestrators"]>[string], RegExp]>([
    [
      "calls something else",
      function* (context) {
        yield context.df.callActivity("second", {});
      },
      /\[0 4 first\], the code decides \[0 4 second\]/,
    ],
    [
      "ends early",
      function* (context) {
        yield context.df.callActivity("first", {});
        return "early";
      },
      /the code ends, unlike the history/,
    ],
    [
      "has a step more",
      function* (context) {
        yield context.df.callActivity("first", {});
        yield context.df.callActivity("new step", {});
        yield context.df.waitForExternalEvent("Go");
      },
      /the code decides \[1 4 new step\]/,
    ],
  ])("doesn't fit code that %s", async (_name, main, problem) => {
    const events = await record();
    const changed = sdkInvoker({ activities, orchestrators: { main } });
    expect((await verifyHistory({ instanceId: "x", events }, changed)).join("\n")).toMatch(problem);
  });
});
