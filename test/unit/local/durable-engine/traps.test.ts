// Behaviour of Durable Functions that surprises people. The engine reproduces each of it, because the app would meet it on
// Azure, too. The SDK's real replay code runs on the other side.
import { EntityId, RetryOptions } from "durable-functions";
import { describe, expect, it } from "vitest";
import { startEngine } from "./support/running-engine.ts";

describe("orchestration input", () => {
  it("a string property named Timestamp arrives as a Date, also inside the user's input", async () => {
    const { run } = await startEngine({
      orchestrators: {
        // eslint-disable-next-line require-yield -- only looks at its input
        look: function* (context) {
          const input = context.df.getInput<{ Timestamp: unknown; other: unknown }>();
          return [input?.Timestamp instanceof Date, input?.other instanceof Date];
        },
      },
    });
    const when = "2026-01-01T00:00:00.000Z";
    expect((await run("look", { Timestamp: when, other: when })).output).toEqual([true, false]);
  });
});

describe("an activity's input", () => {
  it.each([
    ["an object", { a: 1 }, { a: 1 }],
    ["an array", [1, 2], [1, 2]],
    ["a string", "text", "text"],
    ["a string that looks like a number", "12", "12"],
    ["a number", 5, 5],
    ["a boolean, as .NET text", true, "True"],
    ["null, as nothing", null, "undefined"],
    ["undefined, as nothing", undefined, "undefined"],
  ])("%s", async (_name, input, seen) => {
    const { run } = await startEngine({
      activities: { look: (value: unknown) => ({ value: value === undefined ? "undefined" : value }) },
      orchestrators: {
        send: function* (context) {
          return yield context.df.callActivity("look", input);
        },
      },
    });
    expect((await run("send")).output).toEqual({ value: seen });
  });
});

describe("an activity's result and failure", () => {
  it("undefined is recorded as null", async () => {
    const { run } = await startEngine({
      activities: { nothing: () => undefined },
      orchestrators: {
        main: function* (context) {
          const value: unknown = yield context.df.callActivity("nothing", {});
          return value === null;
        },
      },
    });
    expect((await run("main")).output).toBe(true);
  });

  it("an activity that doesn't exist fails its task", async () => {
    const { run } = await startEngine({
      orchestrators: {
        main: function* (context) {
          yield context.df.callActivity("nowhere", {});
        },
      },
    });
    expect((await run("main")).output).toContain("The function 'nowhere' doesn't exist");
  });

  it("details from an exception properties provider become a TaskFailedError", async () => {
    const { run } = await startEngine({
      activities: {
        fail: () => {
          throw new Error(
            JSON.stringify({
              errorType: "QuotaError",
              errorMessage: "too many nodes",
              isNonRetriable: false,
              properties: { limit: 4 },
            }),
          );
        },
      },
      orchestrators: {
        main: function* (context) {
          try {
            yield context.df.callActivity("fail", {});
          } catch (error) {
            const { failureDetails } = error as {
              failureDetails: { errorType: string; properties: unknown };
            };
            return [failureDetails.errorType, failureDetails.properties, (error as Error).message];
          }
          return undefined;
        },
      },
    });
    expect((await run("main")).output).toEqual(["QuotaError", { limit: 4 }, "QuotaError: too many nodes"]);
  });
});

describe("the orchestrator's state", () => {
  it.each([[0], [""], [false]])("a custom status of %j can't be set", async (value) => {
    const { run, client } = await startEngine({
      orchestrators: {
        // eslint-disable-next-line require-yield -- ends at once
        main: function* (context) {
          context.df.setCustomStatus(value);
          return 1;
        },
      },
    });
    const { instanceId } = await run("main");
    expect(client.get(instanceId)?.customStatus).toBeNull();
  });

  it("a custom status above 16 KB of UTF-16 fails the instance", async () => {
    const { run } = await startEngine({
      orchestrators: {
        // eslint-disable-next-line require-yield -- ends at once
        main: function* (context) {
          context.df.setCustomStatus("x".repeat(8 * 1024));
          return 1;
        },
      },
    });
    const { status, output } = await run("main");
    expect(status).toBe("Failed");
    expect(output).toContain("custom status is larger than 16384 bytes");
  });

  it("an orchestrator that yields something else than a task fails with the SDK's explanation", async () => {
    const { run } = await startEngine({
      orchestrators: {
        main: function* () {
          yield 5;
        },
      },
    });
    expect((await run("main")).output).toContain("Orchestration yielded data of type number");
  });

  it("what a failing turn has asked for still counts", async () => {
    const { run, client, engine } = await startEngine({
      entities: {
        counter: (context) => context.df.setState((context.df.getState(() => 0) as number) + 1),
      },
      orchestrators: {
        // eslint-disable-next-line require-yield -- fails at once
        main: function* (context) {
          context.df.signalEntity(new EntityId("counter", "a"), "add");
          throw new Error("after the signal");
        },
      },
    });
    expect((await run("main")).status).toBe("Failed");
    await engine.idle();
    expect(client.readEntity("counter", "a")?.state).toBe("1");
  });

  it("an exception without the marker is a failure outside the orchestrator's code", async () => {
    const { engine, client, invoker } = await startEngine({
      orchestrators: { main: function* () {} },
    });
    invoker.orchestrator = async () => ({ ok: false, message: "worker gone" });
    client.start({ name: "main", instanceId: "one" });
    await engine.idle();
    expect(client.get("one")).toMatchObject({
      runtimeStatus: "Failed",
      output: JSON.stringify("Orchestrator function 'main' failed: worker gone"),
    });
  });
});

describe("retries", () => {
  it("wait for one more timer after the last failed attempt", async () => {
    const { run, advance, status } = await startEngine({
      activities: {
        fail: () => {
          throw new Error("always");
        },
      },
      orchestrators: {
        main: function* (context) {
          yield context.df.callActivityWithRetry("fail", new RetryOptions(1000, 2), {});
        },
      },
    });
    const { instanceId } = await run("main");
    await advance(1000);
    expect(status(instanceId).status).toBe("Running");
    await advance(1000);
    expect(status(instanceId).status).toBe("Failed");
  });

  it("with a retry timeout hang: the host gives up, the SDK waits for ever", async () => {
    const { run, advance, status } = await startEngine({
      activities: {
        fail: () => {
          throw new Error("always");
        },
      },
      orchestrators: {
        main: function* (context) {
          const options = new RetryOptions(1000, 5);
          options.retryTimeoutInMilliseconds = 500;
          yield context.df.callActivityWithRetry("fail", options, {});
        },
      },
    });
    const { instanceId } = await run("main");
    await advance(3_600_000);
    expect(status(instanceId).status).toBe("Running");
  });
});

describe("external events", () => {
  it("raised in another case are lost", async () => {
    const { run, client, engine, status } = await startEngine({
      orchestrators: {
        main: function* (context) {
          return yield context.df.waitForExternalEvent("Go");
        },
      },
    });
    const { instanceId } = await run("main");
    client.raiseEvent(instanceId, "GO", "1");
    await engine.idle();
    expect(status(instanceId).status).toBe("Running");
  });

  it("that come before anybody waits are kept", async () => {
    const { run, client, engine, status } = await startEngine({
      orchestrators: {
        main: function* (context) {
          yield context.df.waitForExternalEvent("first");
          return yield context.df.waitForExternalEvent("second");
        },
      },
    });
    const { instanceId } = await run("main");
    client.raiseEvent(instanceId, "second", "2");
    client.raiseEvent(instanceId, "first", "1");
    await engine.idle();
    expect(status(instanceId).output).toBe(2);
  });
});

describe("the replay schema", () => {
  it("V3 has no entity locks, and the SDK says so", async () => {
    const { run } = await startEngine(
      {
        orchestrators: {
          main: function* (context) {
            yield context.df.lock([new EntityId("counter", "a")]);
          },
        },
      },
      { schema: "V3" },
    );
    const { status, output } = await run("main");
    expect(status).toBe("Failed");
    expect(output).toContain("lock requires a Durable Functions extension that supports OOProc schema V4");
  });
});

describe("timers", () => {
  it("longer than six days fire at the right time over several legs", async () => {
    const { run, advance, status } = await startEngine({
      orchestrators: {
        main: function* (context) {
          yield context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + 20 * 86_400_000));
          return "done";
        },
      },
    });
    const { instanceId } = await run("main");
    await advance(20 * 86_400_000 - 1);
    expect(status(instanceId).status).toBe("Running");
    await advance(1);
    expect(status(instanceId).output).toBe("done");
  });

  it("longer than six days can be cancelled after their first leg", async () => {
    const { run, advance, status, client, engine, store } = await startEngine({
      orchestrators: {
        main: function* (context) {
          const due = context.df.createTimer(
            new Date(context.df.currentUtcDateTime.getTime() + 20 * 86_400_000),
          );
          const go = context.df.waitForExternalEvent("Go");
          yield context.df.Task.any([due, go]);
          due.cancel();
          yield context.df.waitForExternalEvent("End");
          return "cancelled";
        },
      },
    });
    const { instanceId } = await run("main");
    await advance(4 * 86_400_000);
    client.raiseEvent(instanceId, "Go", "1");
    await engine.idle();
    expect(store.firstTimer()).toBeUndefined();
    client.raiseEvent(instanceId, "End", "1");
    await engine.idle();
    expect(status(instanceId)).toMatchObject({ status: "Completed", output: "cancelled" });
  });

  it("left running keep a finished orchestrator's instance running, which is reported", async () => {
    const { run, advance, status, logs } = await startEngine({
      activities: { quick: () => 1 },
      orchestrators: {
        main: function* (context) {
          const timeout = context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + 1500));
          yield context.df.Task.any([context.df.callActivity("quick", {}), timeout]);
          return "done";
        },
      },
    });
    const { instanceId } = await run("main");
    expect(status(instanceId).status).toBe("Running");
    const warning = logs.find((line) => line.event === "orchestration.unsafePattern");
    expect(warning?.fields).toMatchObject({ pattern: "openTimersAtEnd", orchestrator: "main" });
    expect(warning?.fields["rule"]).toContain("Cancel timeout timers");
    await advance(1500);
    expect(status(instanceId)).toMatchObject({ status: "Completed", output: "done" });
  });
});
