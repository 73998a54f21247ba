// The SDK's own client against the engine's RPC routes, over real HTTP.
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { serve, type ServerType } from "@hono/node-server";
import type { DurableClient } from "durable-functions";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { durableHttpApi } from "../../../../local/durable-engine/index.ts";
import { startEngine, type RunningEngine } from "./support/running-engine.ts";

const require = createRequire(import.meta.url);
const { DurableClient: Client } = require("durable-functions/lib/src/durableClient/DurableClient.js") as {
  DurableClient: new (binding: unknown) => DurableClient;
};

let server: ServerType;
let client: DurableClient;
let running: RunningEngine;

beforeEach(async () => {
  running = await startEngine({
    activities: {
      fail: () => {
        throw new Error("no");
      },
    },
    orchestrators: {
      echo: function* (context) {
        return yield context.df.callActivity("echo", { input: context.df.getInput() });
      },
      listen: function* (context) {
        return yield context.df.waitForExternalEvent("Go");
      },
      fails: function* (context) {
        yield context.df.callActivity("fail", {});
      },
    },
    entities: {
      counter: (context) => {
        const state = context.df.getState(() => 0) as number;
        context.df.setState(state + (context.df.getInput() as number));
      },
    },
  });
  let origin = "";
  const api = durableHttpApi({ engine: running.engine, baseUrl: () => origin, systemKey: "k y" });
  server = serve({ fetch: (request) => api.rpc(request), port: 0, hostname: "127.0.0.1" });
  await new Promise((resolve) => server.once("listening", resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  client = new Client(JSON.parse(api.clientBinding()));
});

afterEach(async () => {
  await new Promise((resolve) => server.close(resolve));
  await running.engine.stop(0);
});

describe("the SDK's client", () => {
  it("starts an instance and reads its status", async () => {
    const id = await client.startNew("listen", { input: { a: 1 }, instanceId: "one" });
    await running.engine.idle();
    expect(id).toBe("one");
    const status = await client.getStatus("one");
    expect(status).toMatchObject({ name: "listen", runtimeStatus: "Running", input: { a: 1 }, output: null });
  });

  it("trap: getStatus never has a history, because it reads `history` and the wire says `historyEvents`", async () => {
    await client.startNew("listen", { input: {}, instanceId: "one" });
    await running.engine.idle();
    const status = await client.getStatus("one", { showHistory: true, showHistoryOutput: true });
    expect((status as { history?: unknown }).history).toBeUndefined();
    const { port } = server.address() as AddressInfo;
    const wire = await fetch(`http://127.0.0.1:${port}/durabletask/instances/one?showHistory=true`);
    expect(((await wire.json()) as { historyEvents: unknown[] }).historyEvents.length).toBeGreaterThan(0);
  });

  it("is told when an instance with that id is still running, and replaces an ended one", async () => {
    await client.startNew("listen", { instanceId: "one" });
    await expect(client.startNew("listen", { instanceId: "one" })).rejects.toThrow(/409.*already exists/);
    await client.terminate("one", "enough");
    await running.engine.idle();
    expect((await client.getStatus("one")).runtimeStatus).toBe("Terminated");
    expect(await client.startNew("listen", { instanceId: "one" })).toBe("one");
  });

  it("is refused for an unknown function and for an id that breaks routing", async () => {
    await expect(client.startNew("nothing")).rejects.toThrow(/400.*'nothing' doesn't exist/);
    await expect(client.startNew("listen", { instanceId: "@a" })).rejects.toThrow(/400/);
  });

  it("raises events, which an ended instance ignores and an unknown one doesn't have", async () => {
    await client.startNew("listen", { instanceId: "one" });
    await client.raiseEvent("one", "Go", { speed: 3 });
    await running.engine.idle();
    expect(await client.getStatus("one")).toMatchObject({ runtimeStatus: "Completed", output: { speed: 3 } });
    await client.raiseEvent("one", "Go", 1);
    await expect(client.raiseEvent("two", "Go", 1)).rejects.toThrow("No instance with ID 'two' found");
  });

  it("gets 400 for an event without data", async () => {
    await client.startNew("listen", { instanceId: "one" });
    await expect(client.raiseEvent("one", "Go", undefined)).rejects.toThrow("400");
  });

  it("suspends and resumes", async () => {
    await client.startNew("listen", { instanceId: "one" });
    await client.suspend("one", "lunch");
    await client.raiseEvent("one", "Go", 5);
    await running.engine.idle();
    expect((await client.getStatus("one")).runtimeStatus).toBe("Suspended");
    await client.resume("one", "back");
    await running.engine.idle();
    expect(await client.getStatus("one")).toMatchObject({ runtimeStatus: "Completed", output: 5 });
  });

  it("lists all instances over several pages and filters them", async () => {
    for (let index = 0; index < 230; index += 1)
      await client.startNew("listen", { instanceId: `i-${index}` });
    await client.terminate("i-7", "x");
    await running.engine.idle();
    expect(await client.getStatusAll()).toHaveLength(230);
    const terminated = await client.getStatusBy({ runtimeStatus: ["Terminated" as never] });
    expect(terminated.map((status) => status.instanceId)).toEqual(["i-7"]);
  });

  it("purges one and many", async () => {
    await client.startNew("fails", { instanceId: "one" });
    await client.startNew("fails", { instanceId: "two" });
    await client.startNew("listen", { instanceId: "three" });
    await running.engine.idle();
    expect(await client.purgeInstanceHistory("one")).toEqual({ instancesDeleted: 1 });
    expect(await client.purgeInstanceHistory("one")).toEqual({ instancesDeleted: 0 });
    await expect(client.purgeInstanceHistory("three")).rejects.toThrow("412");
    expect(await client.purgeInstanceHistoryBy({ createdTimeFrom: new Date(0) })).toEqual({
      instancesDeleted: 1,
    });
    await expect(client.getStatus("two")).rejects.toThrow("404");
  });

  it("signals entities and reads their state", async () => {
    const { EntityId } = await import("durable-functions");
    const id = new EntityId("Counter", "a");
    expect((await client.readEntityState(id)).entityExists).toBe(false);
    await client.signalEntity(id, "add", 2);
    await client.signalEntity(id, "add", 3);
    await running.engine.idle();
    expect(await client.readEntityState(id)).toMatchObject({ entityExists: true, entityState: 5 });
  });

  it("is refused to rewind what has not failed", async () => {
    await client.startNew("listen", { instanceId: "one" });
    await expect(client.rewind("one", "again")).rejects.toThrow('only orchestrations in the "Failed" state');
  });

  it("gives `startNew` without input the empty string as input", async () => {
    await client.startNew("listen", { instanceId: "one" });
    expect((await client.getStatus("one")).input).toBe("");
  });
});
