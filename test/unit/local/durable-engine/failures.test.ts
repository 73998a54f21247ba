// What goes wrong around the engine must stay where it belongs: an app's fault fails its orchestration, a lost store stops
// the engine, and neither harms other instances.
import { describe, expect, it } from "vitest";
import { durableHttpApi, memoryStore } from "../../../../local/durable-engine/index.ts";
import { crashableStore } from "./support/crashable-store.ts";
import { startEngine } from "./support/running-engine.ts";
import type { SdkApp } from "./support/sdk-app.ts";

const fine: SdkApp = {
  activities: { echo: (input: unknown) => input },
  orchestrators: {
    fine: function* (context) {
      return yield context.df.callActivity("echo", "fine");
    },
  },
};

/** Machines under load take their time. */
const patient = { timeout: 20_000, interval: 5 };

describe("an orchestrator", () => {
  it.each<[string, NonNullable<SdkApp["orchestrators"]>[string], string]>([
    [
      "sends an activity what JSON can't express",
      function* (context) {
        yield context.df.callActivity("echo", { big: 10n });
      },
      "serialize a BigInt",
    ],
    [
      "returns what JSON can't express",
      // eslint-disable-next-line require-yield -- ends at once
      function* () {
        const circle: { self?: unknown } = {};
        circle.self = circle;
        return circle;
      },
      "circular structure",
    ],
    [
      "follows a 202 answer to a place that isn't an address",
      function* (context) {
        const answer: { statusCode: number } = yield context.df.callHttp({ method: "GET", url: "http://x/" });
        return answer.statusCode;
      },
      "no such place",
    ],
  ])("that %s fails, and others go on", async (_name, main, message) => {
    const { run, advance, status } = await startEngine(
      { ...fine, orchestrators: { ...fine.orchestrators, main } },
      {
        http: async ({ uri }) => {
          if (uri !== "http://x/") throw new Error("no such place");
          return { statusCode: 202, headers: { location: "http://[", "retry-after": "1" }, content: "" };
        },
      },
    );
    const { instanceId } = await run("main");
    await advance(2000);
    expect(status(instanceId)).toMatchObject({ status: "Failed" });
    expect(status(instanceId).output).toContain(message);
    expect((await run("fine")).output).toBe("fine");
  });

  it.each([
    ["nothing", undefined, "valid JSON schema"],
    ["no actions", { isDone: false }, "valid JSON schema"],
    ["two lists of actions", { isDone: false, actions: [[], []] }, "length 1"],
    ["an action without a type", { isDone: false, actions: [[{}]] }, "without a numeric actionType"],
    ["an action of an unknown type", { isDone: false, actions: [[{ actionType: 99 }]] }, "unknown type 99"],
    ["an activity without a name", { isDone: false, actions: [[{ actionType: 0 }]] }, "'functionName'"],
    ["a timer without a time", { isDone: false, actions: [[{ actionType: 5, fireAt: "soon" }]] }, "'fireAt'"],
  ])("whose host gives back %s fails with a reason", async (_name, value, message) => {
    const { engine, client, invoker } = await startEngine(fine);
    invoker.orchestrator = async () => ({ ok: true, value });
    client.start({ name: "fine", instanceId: "one" });
    await engine.idle();
    expect(client.get("one")).toMatchObject({ runtimeStatus: "Failed" });
    expect(client.get("one")?.output).toContain(message);
  });

  it("whose host breaks its promise not to reject fails with a reason", async () => {
    const { engine, client, invoker } = await startEngine(fine);
    invoker.orchestrator = async () => Promise.reject(new Error("host bug"));
    client.start({ name: "fine", instanceId: "one" });
    await engine.idle();
    expect(client.get("one")?.output).toContain("host bug");
  });
});

describe("a store that can't be written any more", () => {
  it("stops the engine, which says so, and loses nothing that was recorded", async () => {
    const inner = memoryStore();
    const store = crashableStore(inner, { atTransaction: 3, phase: "before" });
    const { engine, client, logs } = await startEngine(fine, { store });
    client.start({ name: "fine", instanceId: "one" });
    await expect(engine.idle()).rejects.toThrow("crashed");
    expect((await engine.failed).message).toContain("crashed");
    expect(logs.some((line) => line.event === "engine.failed")).toBe(true);
    const api = durableHttpApi({ engine, baseUrl: () => "http://localhost" });
    expect((await api.rpc(new Request("http://localhost/durabletask/instances/one"))).status).toBe(500);
    const next = await startEngine(fine, { store: inner });
    await next.engine.idle();
    expect(next.status("one").output).toBe("fine");
  });
});

describe("stopping", () => {
  it("lets running activities end and records their results", async () => {
    let finish: (value: string) => void = () => undefined;
    const { engine, client, store, clock } = await startEngine({
      activities: { slow: () => new Promise((resolve) => (finish = resolve)) },
      orchestrators: {
        main: function* (context) {
          return yield context.df.callActivity("slow", {});
        },
      },
    });
    client.start({ name: "main", instanceId: "one" });
    await expect.poll(() => store.activities().length, patient).toBe(1);
    await expect.poll(() => clock.next() === undefined && finish.length, patient).toBe(1);
    const stopped = engine.stop(60_000);
    finish("done");
    await stopped;
    expect(store.activities()).toEqual([]);
    expect(store.messages("one")).toHaveLength(1);
    await expect(engine.idle()).rejects.toThrow("stopped");
  });

  it("gives up waiting after the grace period", async () => {
    const { engine, client, store, clock } = await startEngine({
      activities: { never: () => new Promise(() => undefined) },
      orchestrators: {
        main: function* (context) {
          yield context.df.callActivity("never", {});
        },
      },
    });
    client.start({ name: "main", instanceId: "one" });
    await expect.poll(() => store.activities().length, patient).toBe(1);
    await new Promise((resolve) => setImmediate(resolve));
    const stopped = engine.stop(5000);
    await clock.advance(5000);
    await stopped;
    expect(store.activities()).toHaveLength(1);
  });
});
