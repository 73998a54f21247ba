// The public HTTP API, called as a stranger would.
import { beforeEach, describe, expect, it } from "vitest";
import { durableHttpApi, type DurableHttpApi } from "../../../../local/durable-engine/index.ts";
import { startEngine, type RunningEngine } from "./support/running-engine.ts";

const root = "http://localhost:7071/runtime/webhooks/durabletask";
let running: RunningEngine;
let api: DurableHttpApi;

beforeEach(async () => {
  running = await startEngine({
    activities: {
      double: ({ value }: { value: number }) => value * 2,
      fail: () => {
        throw new Error("no");
      },
    },
    entities: {
      counter: (context) =>
        context.df.setState(
          ((context.df.getState(() => 0) as number) ?? 0) + (context.df.getInput<number>() ?? 1),
        ),
    },
    orchestrators: {
      work: function* (context) {
        return yield context.df.callActivity("double", context.df.getInput());
      },
      nap: function* (context) {
        yield context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + 1000));
        return "rested";
      },
      fails: function* (context) {
        yield context.df.callActivity("fail", {});
      },
    },
  });
  api = durableHttpApi({
    engine: running.engine,
    baseUrl: () => "http://localhost:7071",
    systemKey: "secret",
  });
});

/** As the host asks: first whether the caller may, then for the answer. */
const asked = async (request: Request) =>
  api.webhookRefusal(new Request(request.url, { method: request.method, headers: request.headers })) ??
  api.webhook(request);

const call = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
  asked(
    new Request(`${root}${path}${path.includes("?") ? "&" : "?"}code=secret`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      headers: { ...(body === undefined ? {} : { "content-type": "application/json" }), ...headers },
    }),
  );

describe("the public durable API", () => {
  it("wants the system key, as query parameter or header", async () => {
    expect((await asked(new Request(`${root}/instances`))).status).toBe(401);
    expect((await asked(new Request(`${root}/instances?code=wrong!`))).status).toBe(401);
    const withHeader = new Request(`${root}/instances`, { headers: { "x-functions-key": "secret" } });
    expect((await asked(withHeader)).status).toBe(200);
  });

  it("starts an instance and says where to ask for it", async () => {
    const response = await call("POST", "/orchestrators/work/one", { value: 4 });
    expect(response.status).toBe(202);
    expect(response.headers.get("retry-after")).toBe("10");
    const urls = (await response.json()) as Record<string, string>;
    expect(urls["id"]).toBe("one");
    expect(urls["statusQueryGetUri"]).toBe(
      `${root}/instances/one?taskHub=TestHub&connection=Storage&code=secret`,
    );
    expect(response.headers.get("location")).toBe(urls["statusQueryGetUri"]);
    await running.engine.idle();
    const status = await asked(new Request(urls["statusQueryGetUri"] ?? ""));
    expect(status.status).toBe(200);
    expect(await status.json()).toEqual({
      name: "work",
      instanceId: "one",
      runtimeStatus: "Completed",
      input: { value: 4 },
      customStatus: null,
      output: 8,
      createdTime: "2026-01-01T00:00:00Z",
      lastUpdatedTime: "2026-01-01T00:00:00Z",
      historyEvents: null,
    });
  });

  it("answers a running instance's status with 202 and where to ask again", async () => {
    await call("POST", "/orchestrators/nap/one");
    await running.engine.idle();
    const response = await call("GET", "/instances/one");
    expect(response.status).toBe(202);
    expect(response.headers.get("retry-after")).toBe("5");
    expect(response.headers.get("location")).toContain("/instances/one");
  });

  it("waits for the end when asked to, and falls back to the status address", async () => {
    const answered = call("POST", "/orchestrators/work?timeout=10&pollingInterval=1", { value: 5 });
    await running.engine.idle();
    expect(await (await answered).json()).toBe(10);
    const late = call("POST", "/orchestrators/nap?timeout=0.5&pollingInterval=0.5");
    await running.advance(500);
    expect((await late).status).toBe(202);
    const failed = call("POST", "/orchestrators/fails?timeout=1&pollingInterval=1");
    await running.engine.idle();
    expect((await failed).status).toBe(500);
  });

  it("does not wait for a timeout without a polling interval, and refuses an interval that is longer", async () => {
    expect((await call("POST", "/orchestrators/work?timeout=10", { value: 5 })).status).toBe(202);
    expect((await call("POST", "/orchestrators/work?pollingInterval=1", { value: 5 })).status).toBe(202);
    const refused = await call("POST", "/orchestrators/work?timeout=1&pollingInterval=2", { value: 5 });
    expect(refused.status).toBe(400);
    expect(await refused.text()).toContain("Total timeout 1 (seconds) should be bigger than retry timeout 2");
  });

  it("suspends only what runs and resumes only what is suspended", async () => {
    await call("POST", "/orchestrators/nap/one");
    await running.engine.idle();
    const command = (verb: string) => call("POST", `/instances/one/${verb}?reason=x`);
    const refused = await command("resume");
    expect(refused.status).toBe(500);
    expect(await refused.json()).toMatchObject({
      ExceptionMessage:
        "Cannot resume the orchestration instance one because instance is in the Running state.",
      ExceptionType: "System.InvalidOperationException",
    });
    expect((await command("suspend")).status).toBe(202);
    await running.engine.idle();
    expect((await command("suspend")).status).toBe(500);
    expect((await command("resume")).status).toBe(202);
    await running.engine.idle();
    expect((await command("terminate")).status).toBe(202);
    await running.engine.idle();
    expect((await command("suspend")).status).toBe(410);
    expect((await command("resume")).status).toBe(410);
    expect((await call("POST", "/instances/nobody/suspend?reason=x")).status).toBe(404);
    expect((await call("POST", "/instances/nobody/resume?reason=x")).status).toBe(404);
  });

  it("shows a history with names, without ids and turn markers, what was scheduled folded into its end", async () => {
    await call("POST", "/orchestrators/work/one", { value: 4 });
    await running.engine.idle();
    const response = await call("GET", "/instances/one?showHistory=true&showHistoryOutput=true");
    const { historyEvents } = (await response.json()) as { historyEvents: Record<string, unknown>[] };
    const at = "2026-01-01T00:00:00.000Z";
    expect(historyEvents).toEqual([
      { EventType: "ExecutionStarted", Timestamp: at, FunctionName: "work", Input: { value: 4 } },
      { EventType: "TaskCompleted", Timestamp: at, FunctionName: "double", ScheduledTime: at, Result: 8 },
      { EventType: "ExecutionCompleted", Timestamp: at, OrchestrationStatus: "Completed", Result: 8 },
    ]);
  });

  it("pages through instances with a continuation token and filters them", async () => {
    for (let index = 0; index < 5; index += 1) await call("POST", `/orchestrators/nap/nap-${index}`);
    await call("POST", "/orchestrators/work/work-1", { value: 1 });
    await running.engine.idle();
    const seen: string[] = [];
    let token = "";
    do {
      const page = await call("GET", "/instances?top=2", undefined, { "x-ms-continuation-token": token });
      seen.push(...((await page.json()) as { instanceId: string }[]).map((instance) => instance.instanceId));
      token = page.headers.get("x-ms-continuation-token") ?? "";
    } while (token !== "");
    expect(seen).toHaveLength(6);
    expect(new Set(seen).size).toBe(6);
    const filtered = await call("GET", "/instances?instanceIdPrefix=nap-&runtimeStatus=Running,Failed");
    expect(await filtered.json()).toHaveLength(5);
    const ended = await call("GET", "/instances?runtimeStatus=Completed&showInput=false");
    expect(await ended.json()).toMatchObject([{ instanceId: "work-1", input: null }]);
  });

  it("purges by filter only with a creation time to begin from", async () => {
    await call("POST", "/orchestrators/work/one", { value: 1 });
    await running.engine.idle();
    expect((await call("DELETE", "/instances")).status).toBe(400);
    expect((await call("DELETE", "/instances?createdTimeFrom=nonsense")).status).toBe(400);
    const purged = await call("DELETE", "/instances?createdTimeFrom=2020-01-01");
    expect(await purged.json()).toEqual({ instancesDeleted: 1 });
    expect((await call("DELETE", "/instances?createdTimeFrom=2020-01-01")).status).toBe(404);
  });

  it("restarts an instance", async () => {
    await call("POST", "/orchestrators/work/one", { value: 3 });
    await running.engine.idle();
    const response = await call("POST", "/instances/one/restart?restartWithNewInstanceId=false");
    expect(response.status).toBe(202);
    await running.engine.idle();
    expect(running.status("one").output).toBe(6);
    expect((await call("POST", "/instances/nobody/restart")).status).toBe(400);
  });

  it("rewinds only failed instances", async () => {
    await call("POST", "/orchestrators/fails/one");
    await call("POST", "/orchestrators/nap/two");
    await running.engine.idle();
    expect((await call("POST", "/instances/one/rewind?reason=x")).status).toBe(202);
    expect((await call("POST", "/instances/two/rewind?reason=x")).status).toBe(412);
    expect((await call("POST", "/instances/three/rewind?reason=x")).status).toBe(404);
  });

  it("signals, reads and lists entities", async () => {
    await call("POST", "/entities/Counter/a?op=add", 4);
    await call("POST", "/entities/Counter/a?op=add");
    await running.engine.idle();
    expect(await (await call("GET", "/entities/counter/a")).json()).toBe(5);
    expect((await call("GET", "/entities/counter/b")).status).toBe(404);
    expect(await (await call("GET", "/entities/counter?fetchState=true")).json()).toEqual([
      { entityId: { name: "counter", key: "a" }, lastOperationTime: "2026-01-01T00:00:00Z", state: 5 },
    ]);
  });

  it("answers bad requests with 400 and what it doesn't know with 404", async () => {
    const start = (body: string) =>
      asked(new Request(`${root}/orchestrators/work?code=secret`, { method: "POST", body }));
    expect((await start("{")).status).toBe(400);
    expect((await call("POST", "/orchestrators/nothing")).status).toBe(400);
    expect((await call("POST", `/orchestrators/work/${"x".repeat(257)}`)).status).toBe(400);
    expect((await call("GET", "/orchestrators/work")).status).toBe(404);
    expect((await call("POST", "/instances/one/dance")).status).toBe(404);
    expect((await call("POST", "/instances/nobody/terminate?reason=x")).status).toBe(404);
    expect((await call("PUT", "/instances/nobody")).status).toBe(404);
    expect((await call("GET", "/%E0%A4%A")).status).toBe(400);
    expect((await call("GET", "/instances/%zz")).status).toBe(400);
    expect((await asked(new Request("http://localhost:7071/other?code=secret"))).status).toBe(404);
  });

  it("takes no JSON that nests so deep that its status could never be answered", async () => {
    const deep = "[".repeat(2_000_000) + "]".repeat(2_000_000);
    const post = async (path: string) =>
      (
        await asked(
          new Request(`${root}${path}${path.includes("?") ? "&" : "?"}code=secret`, {
            method: "POST",
            body: deep,
            headers: { "content-type": "application/json" },
          }),
        )
      ).status;
    await call("POST", "/orchestrators/nap/one");
    await running.engine.idle();
    expect(await post("/orchestrators/work/two")).toBe(400);
    expect(await post("/instances/one/raiseEvent/go")).toBe(400);
    expect(await post("/entities/Counter/a?op=add")).toBe(400);
    expect((await call("GET", "/instances")).status).toBe(200);
  });

  it("takes events only as JSON", async () => {
    await call("POST", "/orchestrators/nap/one");
    await running.engine.idle();
    const raise = (type: string, body: string) =>
      asked(
        new Request(`${root}/instances/one/raiseEvent/go?code=secret`, {
          method: "POST",
          body,
          headers: { "content-type": type },
        }),
      );
    expect((await raise("text/plain", "1")).status).toBe(400);
    expect((await raise("application/json", "{")).status).toBe(400);
    expect((await raise("application/json; charset=utf-8", "1")).status).toBe(202);
  });
});
