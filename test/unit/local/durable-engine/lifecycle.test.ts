// Commands to instances over their whole life: suspend, terminate, rewind, restart, purge, retention.
import { RetryOptions } from "durable-functions";
import { describe, expect, it } from "vitest";
import { startEngine } from "./support/running-engine.ts";
import type { SdkApp } from "./support/sdk-app.ts";

const listener: SdkApp = {
  activities: { echo: (input: unknown) => input },
  orchestrators: {
    listen: function* (context) {
      const first: unknown = yield context.df.waitForExternalEvent("e");
      const second: unknown = yield context.df.waitForExternalEvent("e");
      return [first, second];
    },
  },
};

/** Machines under load take their time. */
const patient = { timeout: 20_000, interval: 5 };

describe("suspending", () => {
  it("holds everything back in its order until resumed", async () => {
    const { run, client, engine, status } = await startEngine(listener);
    const { instanceId } = await run("listen");
    client.suspend(instanceId, "pause");
    client.raiseEvent(instanceId, "e", "1");
    await engine.idle();
    client.raiseEvent(instanceId, "e", "2");
    await engine.idle();
    expect(status(instanceId).status).toBe("Suspended");
    client.resume(instanceId, "go on");
    await engine.idle();
    expect(status(instanceId)).toMatchObject({ status: "Completed", output: [1, 2] });
  });

  it("doesn't protect from termination", async () => {
    const { run, client, engine, status } = await startEngine(listener);
    const { instanceId } = await run("listen");
    client.suspend(instanceId, "pause");
    client.terminate(instanceId, "stop");
    await engine.idle();
    expect(status(instanceId)).toMatchObject({ status: "Terminated", output: "stop" });
  });

  it("is refused for what is suspended, as resuming is for what runs", async () => {
    const { run, client, engine, status } = await startEngine(listener);
    const { instanceId } = await run("listen");
    expect(client.resume(instanceId, "early")).toBe("wrongState");
    client.suspend(instanceId, "a");
    await engine.idle();
    expect(client.suspend(instanceId, "b")).toBe("wrongState");
    expect(client.resume(instanceId, "c")).toBe("accepted");
    await engine.idle();
    expect(status(instanceId).status).toBe("Running");
  });
});

describe("terminating", () => {
  it("ends the instance, leaves its running activity alone and ignores its result", async () => {
    let finish: (value: string) => void = () => undefined;
    const { client, engine, status, store } = await startEngine({
      activities: { slow: () => new Promise((resolve) => (finish = resolve)) },
      orchestrators: {
        main: function* (context) {
          yield context.df.Task.all([
            context.df.callActivity("slow", {}),
            context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + 1000)),
          ]);
        },
      },
    });
    client.start({ name: "main", instanceId: "one" });
    await expect.poll(() => store.activities().length, patient).toBe(1);
    client.terminate("one", "stop");
    await expect.poll(() => status("one").status, patient).toBe("Terminated");
    finish("late");
    await engine.idle();
    expect(store.activities()).toEqual([]);
    expect(store.messageTargets()).toEqual([]);
    expect(store.firstTimer()).toBeUndefined();
    expect(client.terminate("one", "again")).toBe("ended");
  });

  it("makes the parent's call fail", async () => {
    const { run, client, engine, status } = await startEngine({
      orchestrators: {
        parent: function* (context) {
          yield context.df.callSubOrchestrator("child", {}, "child-1");
        },
        child: function* (context) {
          yield context.df.waitForExternalEvent("never");
        },
      },
    });
    const { instanceId } = await run("parent");
    client.terminate("child-1", "enough");
    await engine.idle();
    expect(status(instanceId).status).toBe("Failed");
    expect(status(instanceId).output).toContain("was terminated: enough");
  });
});

describe("rewinding", () => {
  it("repeats what failed and keeps what succeeded", async () => {
    const runs: string[] = [];
    let broken = true;
    const { run, client, engine, status } = await startEngine({
      activities: {
        fine: () => void runs.push("fine"),
        flaky: () => {
          runs.push("flaky");
          if (broken) throw new Error("broken");
          return "mended";
        },
      },
      orchestrators: {
        main: function* (context) {
          yield context.df.callActivity("fine", {});
          return yield context.df.callActivity("flaky", {});
        },
      },
    });
    const { instanceId } = await run("main");
    expect(status(instanceId).status).toBe("Failed");
    broken = false;
    expect(client.rewind(instanceId, "mended")).toBe("accepted");
    await engine.idle();
    expect(status(instanceId)).toMatchObject({ status: "Completed", output: "mended" });
    expect(runs).toEqual(["fine", "flaky", "flaky"]);
  });

  it("repeats a retried activity from its first attempt", async () => {
    let broken = true;
    const { run, advance, client, engine, status } = await startEngine({
      activities: {
        flaky: () => {
          if (broken) throw new Error("broken");
          return "mended";
        },
      },
      orchestrators: {
        main: function* (context) {
          return yield context.df.callActivityWithRetry("flaky", new RetryOptions(10, 2), {});
        },
      },
    });
    const { instanceId } = await run("main");
    await advance(1000);
    expect(status(instanceId).status).toBe("Failed");
    broken = false;
    client.rewind(instanceId, "mended");
    await engine.idle();
    expect(status(instanceId)).toMatchObject({ status: "Completed", output: "mended" });
  });

  it("rewinds failed children, too", async () => {
    let broken = true;
    const runs: string[] = [];
    const { run, client, engine, status } = await startEngine({
      activities: {
        fine: () => void runs.push("fine"),
        flaky: () => {
          if (broken) throw new Error("broken");
          return "mended";
        },
      },
      orchestrators: {
        parent: function* (context) {
          return yield context.df.callSubOrchestrator("child", {}, "child-1");
        },
        child: function* (context) {
          yield context.df.callActivity("fine", {});
          return yield context.df.callActivity("flaky", {});
        },
      },
    });
    const { instanceId } = await run("parent");
    expect(status(instanceId).status).toBe("Failed");
    broken = false;
    client.rewind(instanceId, "mended");
    await engine.idle();
    expect(status("child-1").status).toBe("Completed");
    expect(status(instanceId)).toMatchObject({ status: "Completed", output: "mended" });
    expect(runs).toEqual(["fine"]);
  });

  it("is refused for instances that haven't failed", async () => {
    const { run, client } = await startEngine(listener);
    const { instanceId } = await run("listen");
    expect(client.rewind(instanceId, "x")).toBe("notFailed");
    expect(client.rewind("nobody", "x")).toBe("notFound");
  });
});

describe("restarting", () => {
  it("runs the same function with the same input, under a new id or its own", async () => {
    const { run, client, engine } = await startEngine({
      orchestrators: {
        // eslint-disable-next-line require-yield -- ends at once
        main: function* (context) {
          return context.df.getInput();
        },
      },
    });
    await run("main", { a: 1 }, "one");
    const outcome = client.restart("one", true);
    expect(outcome.kind).toBe("started");
    expect(client.restart("one", false)).toEqual({ kind: "started", instanceId: "one" });
    expect(client.restart("nobody", true)).toEqual({ kind: "notFound" });
    await engine.idle();
    expect(client.list({}, { top: 10 }).instances.map((instance) => instance.output)).toEqual([
      '{"a":1}',
      '{"a":1}',
    ]);
  });
});

describe("code that no longer fits a running instance", () => {
  it("fails it with the orchestrator's name, the event and its position", async () => {
    const app: SdkApp = {
      activities: { first: () => 1, second: () => 2 },
      orchestrators: {
        main: function* (context) {
          yield context.df.callActivity("first", {});
          yield context.df.waitForExternalEvent("Go");
        },
      },
    };
    const { run, client, engine, status, invoker } = await startEngine(app);
    const { instanceId } = await run("main");
    const changed = await startEngine({
      ...app,
      orchestrators: {
        main: function* (context) {
          yield context.df.callActivity("second", {});
        },
      },
    });
    invoker.orchestrator = (...parameters) => changed.invoker.orchestrator(...parameters);
    client.raiseEvent(instanceId, "Go", "1");
    await engine.idle();
    expect(status(instanceId).status).toBe("Failed");
    expect(status(instanceId).output).toMatch(
      /Non-Deterministic workflow detected: orchestrator 'main', history position 2, TaskScheduled event with number 0 records activity 'first', but the replayed code asked for activity 'second'/,
    );
  });
});

describe("continue as new", () => {
  it("keeps the parent waiting until the last execution has ended", async () => {
    const { run } = await startEngine({
      orchestrators: {
        parent: function* (context) {
          return yield context.df.callSubOrchestrator("child", 3);
        },
        // eslint-disable-next-line require-yield -- only starts over
        child: function* (context) {
          const left = context.df.getInput<number>() ?? 0;
          if (left > 0) context.df.continueAsNew(left - 1);
          return left;
        },
      },
    });
    expect((await run("parent")).output).toBe(0);
  });

  it("hands a string on as it is", async () => {
    const { run } = await startEngine({
      orchestrators: {
        // eslint-disable-next-line require-yield -- only starts over
        main: function* (context) {
          if (context.df.getInput() === "again") return "seen";
          context.df.continueAsNew("again");
          return undefined;
        },
      },
    });
    expect((await run("main")).output).toBe("seen");
  });

  it("carries over events that arrive with the turn that continues", async () => {
    const { run, client, engine, status } = await startEngine({
      orchestrators: {
        main: function* (context) {
          const sum = context.df.getInput<number>() ?? 0;
          const add: number = yield context.df.waitForExternalEvent("add");
          if (add === 0) return sum;
          context.df.continueAsNew(sum + add);
          return undefined;
        },
      },
    });
    const { instanceId } = await run("main", 0);
    for (const value of [1, 2, 3, 0]) client.raiseEvent(instanceId, "add", String(value));
    await engine.idle();
    expect(status(instanceId)).toMatchObject({ status: "Completed", output: 6 });
  });

  it("drops what was delivered before and nobody waited for, as the extension does", async () => {
    const { run, client, engine, status } = await startEngine({
      orchestrators: {
        main: function* (context) {
          if (context.df.getInput() === "again") {
            yield context.df.waitForExternalEvent("early");
            return "kept";
          }
          yield context.df.waitForExternalEvent("go");
          context.df.continueAsNew("again");
          return undefined;
        },
      },
    });
    const { instanceId } = await run("main", "first");
    client.raiseEvent(instanceId, "early", "1");
    await engine.idle();
    client.raiseEvent(instanceId, "go", "1");
    await engine.idle();
    expect(status(instanceId).status).toBe("Running");
    client.raiseEvent(instanceId, "early", "2");
    await engine.idle();
    expect(status(instanceId)).toMatchObject({ status: "Completed", output: "kept" });
  });
});

describe("continue as new with something still open", () => {
  it("waits for it and hands the events on that come in the meantime, with their payload", async () => {
    const { run, client, engine, advance, status } = await startEngine({
      orchestrators: {
        main: function* (context) {
          if (context.df.getInput() === "second") return yield context.df.waitForExternalEvent("more");
          const timer = context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + 1000));
          yield context.df.Task.any([context.df.waitForExternalEvent("go"), timer]);
          context.df.continueAsNew("second");
          return undefined;
        },
      },
    });
    const { instanceId } = await run("main");
    client.raiseEvent(instanceId, "go", "1");
    await engine.idle();
    client.raiseEvent(instanceId, "more", '{"payload":7}');
    await engine.idle();
    expect(status(instanceId).status).toBe("Running");
    await advance(1000);
    expect(status(instanceId)).toMatchObject({ status: "Completed", output: { payload: 7 } });
  });
});

describe("a sub-orchestration", () => {
  it("with the id of a running instance fails", async () => {
    const { run } = await startEngine({
      ...listener,
      orchestrators: {
        ...listener.orchestrators,
        parent: function* (context) {
          yield context.df.callSubOrchestrator("listen", {}, "taken");
        },
      },
    });
    await run("listen", {}, "taken");
    expect((await run("parent")).output).toContain("already running");
  });

  it("of an unknown function fails", async () => {
    const { run } = await startEngine({
      orchestrators: {
        parent: function* (context) {
          yield context.df.callSubOrchestrator("nobody", {});
        },
      },
    });
    expect((await run("parent")).output).toContain("'nobody' doesn't exist");
  });
});

describe("retention", () => {
  it("removes ended instances after their time and keeps running ones", async () => {
    const { run, advance, client, store } = await startEngine(
      {
        ...listener,
        orchestrators: {
          ...listener.orchestrators,

          quick: function* () {},
        },
      },
      { retentionMs: 60_000 },
    );
    await run("listen", {}, "stays");
    for (let index = 0; index < 300; index += 1) await run("quick", {}, `gone-${index}`);
    await advance(59_999);
    expect(client.list({}, { top: 1000 }).instances).toHaveLength(301);
    await advance(1);
    expect(client.list({}, { top: 1000 }).instances.map((instance) => instance.instanceId)).toEqual([
      "stays",
    ]);
    expect(store.history("gone-1")).toEqual([]);
  });
});
