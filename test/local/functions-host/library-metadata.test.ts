// What the genuine @azure/functions and durable-functions tell a host about functions: the fields that Azure's host reads, and ours. A process of
// its own, because the library remembers for ever which host it met first.
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it } from "vitest";

const run = promisify(execFile);

/** A host that takes names down, and an app with one function of every kind that ours uses or hosts. */
const program = `
const Module = require("node:module");
const seen = [], hooks = [];
const core = {
  version: "4.0.0", hostVersion: "4.0.0",
  setProgrammingModel: (model) => { core.model = model; },
  registerFunction: (metadata) => { seen.push(metadata); return { dispose() {} }; },
  registerHook: (name) => { hooks.push(name); return { dispose() {} }; },
  log: () => {},
};
const resolve = Module._resolveFilename;
Module._resolveFilename = (id, ...rest) => (id === "@azure/functions-core" ? id : resolve(id, ...rest));
require.cache["@azure/functions-core"] = Object.assign(new Module("@azure/functions-core"), { loaded: true, exports: core });
const { app, output, input } = require("@azure/functions");
const df = require("durable-functions");
const handler = async () => undefined;
app.http("web", { route: "items/{id:guid}", methods: ["PUT"], handler });
app.http("plain", { handler });
app.timer("tick", { schedule: "0 */5 * * * *", runOnStartup: true, handler,
  retry: { strategy: "fixedDelay", maxRetryCount: 2, delayInterval: { milliseconds: 1600 } } });
app.storageQueue("queue", { queueName: "q", connection: "Lab", handler,
  return: output.storageQueue({ queueName: "out", connection: "Lab" }) });
app.storageBlob("blob", { path: "box/{name}", connection: "Lab", source: "EventGrid", handler,
  extraInputs: [input.table({ tableName: "t", connection: "Lab", take: 5 })] });
df.app.orchestration("orchestrate", function* () {});
df.app.activity("act", { handler });
df.app.entity("count", () => {});
df.app.client.http("start", { handler });
app.hook.appStart(() => {});
(async () => {
  const capabilities = await core.model.getCapabilities({ RawHttpBodyBytes: "true" });
  process.stdout.write(JSON.stringify({ seen, hooks, capabilities, model: core.model.name }));
})();
`;

interface Binding extends Readonly<Record<string, unknown>> {
  readonly type: string;
}
interface Metadata {
  readonly name: string;
  readonly bindings: Readonly<Record<string, Binding>>;
  readonly retryOptions?: unknown;
}
let told: {
  readonly seen: readonly Metadata[];
  readonly hooks: readonly string[];
  readonly capabilities: unknown;
  readonly model: string;
};
const ask = async () => {
  const { stdout } = await run(process.execPath, ["-e", program], { cwd: process.cwd() });
  return JSON.parse(stdout) as typeof told;
};
beforeAll(async () => {
  told = await ask();
});

const metadata = (name: string): Metadata => {
  const found = told.seen.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no function ${name}`);
  return found;
};
/** Bindings of a function without the names that the library makes. */
const bindings = (name: string) =>
  Object.entries(metadata(name).bindings).map(([key, { name: _, ...rest }]) => [
    key === "$return" ? key : rest.type,
    rest,
  ]);
const plainly = { properties: { supportsDeferredBinding: "false" } };

describe("what the library registers", () => {
  it("has for HTTP the trigger and a returned answer, GET and POST for all who say nothing", () => {
    expect(bindings("web")).toEqual([
      [
        "httpTrigger",
        { ...trigger("httpTrigger"), authLevel: "anonymous", methods: ["PUT"], route: "items/{id:guid}" },
      ],
      ["$return", { type: "http", direction: "out" }],
    ]);
    expect(bindings("plain")[0]?.[1]).toMatchObject({ authLevel: "anonymous", methods: ["GET", "POST"] });
  });

  it("has for timers their schedule, and retries in whole seconds", () => {
    expect(bindings("tick")).toEqual([
      ["timerTrigger", { ...trigger("timerTrigger"), schedule: "0 */5 * * * *", runOnStartup: true }],
    ]);
    expect(metadata("tick").retryOptions).toMatchObject({
      retryStrategy: "fixedDelay",
      maxRetryCount: 2,
      delayInterval: { seconds: 2 },
    });
  });

  it("has for queues and blobs the place and the connection, and further bindings beside", () => {
    expect(bindings("queue")).toEqual([
      ["queueTrigger", { ...trigger("queueTrigger"), queueName: "q", connection: "Lab" }],
      ["$return", { type: "queue", direction: "out", queueName: "out", connection: "Lab" }],
    ]);
    expect(bindings("blob")).toEqual([
      [
        "blobTrigger",
        { ...trigger("blobTrigger"), path: "box/{name}", connection: "Lab", source: "EventGrid" },
      ],
      ["table", { ...plainly, type: "table", direction: "in", tableName: "t", connection: "Lab", take: 5 }],
    ]);
  });

  it("has for durable functions a trigger without fields and nothing that is returned, and for clients one more input", () => {
    expect(bindings("orchestrate")).toEqual([["orchestrationTrigger", trigger("orchestrationTrigger")]]);
    expect(bindings("act")).toEqual([["activityTrigger", trigger("activityTrigger")]]);
    expect(bindings("count")).toEqual([["entityTrigger", trigger("entityTrigger")]]);
    const [, durable] = bindings("start").find(([kind]) => kind === "durableClient") ?? [];
    expect(durable).toMatchObject({ type: "durableClient", direction: "in" });
    expect(
      Object.keys(metadata("start").bindings).some((name) => name.startsWith("durableClientInput")),
    ).toBe(true);
  });

  it("names bindings alike in every process, so that a host may keep them", async () => {
    const names = ({ seen }: typeof told) => seen.map(({ bindings: of }) => Object.keys(of));
    expect(names(await ask())).toEqual(names(told));
  });

  it("passes hooks on, and what the worker can do", () => {
    expect(told.hooks).toEqual(["appStart"]);
    expect(told.capabilities).toMatchObject({ RawHttpBodyBytes: "true" });
    expect(told.model).toBe("@azure/functions");
  });
});

function trigger(type: string) {
  return { ...plainly, type, direction: "in" };
}
