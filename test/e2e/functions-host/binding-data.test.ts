// What `{name}` in a binding stands for, and what a streaming function finds in its params.
import { beforeAll, describe, expect, it } from "vitest";
import { startApp, until, writeApp, type HostUnderTest } from "../../local/functions-host/host-under-test.ts";
import { startStorage } from "./storage-under-test.ts";

const functions = (streams: boolean) => `
  const { app, input, output } = require("@azure/functions");
  const df = require("durable-functions");
  app.setup({ enableHttpStream: ${streams} });
  const text = input.storageBlob({ path: "texts/{name}.txt" });
  app.http("read", {
    authLevel: "anonymous", extraInputs: [text],
    handler: async (_request, context) => ({ body: String(context.extraInputs.get(text)) }),
  });
  app.http("params", {
    authLevel: "anonymous", route: "params/{name?}",
    handler: async (request) => ({ jsonBody: request.params }),
  });
  const copy = output.storageBlob({ path: "texts/{query.to}-{name}.txt" });
  app.http("write", {
    authLevel: "anonymous", extraOutputs: [copy],
    handler: async (request, context) => {
      context.extraOutputs.set(copy, "written");
      return { body: "answered" };
    },
  });
  df.app.activity("readForActivity", { extraInputs: [text], handler: (_input, context) => String(context.extraInputs.get(text)) });
  df.app.orchestration("reads", function* (context) { return yield context.df.callActivity("readForActivity", { name: "one" }); });
  const client = df.input.durableClient();
  app.http("start", {
    authLevel: "anonymous", extraInputs: [client],
    handler: async (request, context) => {
      const durable = df.getClient(context);
      const id = await durable.startNew("reads");
      return durable.waitForCompletionOrCreateCheckStatusResponse(request, id, { timeoutInMilliseconds: 20000, retryIntervalInMilliseconds: 50 });
    },
  });
`;

describe.each([false, true])("with streaming %s", (streams) => {
  let host: HostUnderTest;
  let storage: Awaited<ReturnType<typeof startStorage>>;
  beforeAll(async () => {
    storage = await startStorage();
    await storage.put("texts", "one.txt", "first text");
    await storage.put("texts", "two.txt", "second text");
    host = await startApp(await writeApp({ "index.js": functions(streams) }), {
      settings: { PATH: process.env["PATH"] ?? "" },
      storageConnection: storage.connectionString,
    });
  });
  const read = async (path: string) => (await host.call(path)).text();

  it("a query parameter is binding data", async () => {
    expect(await read("/api/read?name=one")).toBe("first text");
    expect(await read("/api/read?NAME=two")).toBe("second text");
  });

  it("an answer is complete only when its outputs are written", async () => {
    expect(await read("/api/write?name=three&to=copy")).toBe("answered");
    expect(await storage.names("texts")).toContain("copy-three.txt");
  });

  it("members of an activity's input are binding data", async () => {
    expect(await until(async () => read("/api/start"))).toContain("first text");
  });

  it("params of a streaming function hold the query, which the route overrules; others only the route", async () => {
    const params = async (path: string): Promise<unknown> => JSON.parse(await read(path));
    expect(await params("/api/params/route?name=query&other=x")).toEqual(
      streams ? { name: "route", other: "x" } : { name: "route" },
    );
  });
});
