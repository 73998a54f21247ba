// The HTTP side of the host through real sockets, with an unmodified CommonJS app.
import { request as rawRequest } from "node:http";
import { beforeAll, describe, expect, it } from "vitest";
import { startApp, until, type HostUnderTest } from "./host-under-test.ts";

let host: HostUnderTest;
beforeAll(async () => {
  host = await startApp("http-commonjs", {
    settings: { ALREADY_SET: "from outside", FUNCTIONS_REQUEST_BODY_SIZE_LIMIT: "1000" },
  });
});
const json = async (path: string, init?: RequestInit) =>
  (await (await host.call(path, init)).json()) as Record<string, unknown>;

describe("requests", () => {
  it("reach the function with absolute URL, lower-case header names, parameters, query and body", async () => {
    const echo = await json("/api/echo/a%20b?x=1&y=%26", {
      method: "POST",
      body: "hello",
      headers: { "X-Mixed-Case": "kept" },
    });
    expect(echo).toEqual({
      method: "POST",
      url: `${host.url}/api/echo/a%20b?x=1&y=%26`,
      params: { id: "a b" },
      query: { x: "1", y: "&" },
      header: "kept",
      text: "hello",
    });
  });

  it("match routes ignoring case and without the optional part", async () => {
    expect((await json("/API/Echo"))["params"]).toEqual({});
  });

  it("with a wrong verb are 404, not 405", async () => {
    expect((await host.call("/api/echo/1", { method: "DELETE" })).status).toBe(404);
  });

  it("for an unknown route or a disabled function are 404", async () => {
    expect((await host.call("/api/unknown")).status).toBe(404);
    expect((await host.call("/api/switchedOff")).status).toBe(404);
  });

  it("over the body limit are 413 and the next request works", async () => {
    const answer = await host.call("/api/echo", { method: "POST", body: "x".repeat(1001) });
    expect(answer.status).toBe(413);
    expect((await host.call("/api/echo", { method: "POST", body: "x".repeat(1000) })).status).toBe(200);
  });

  it("sent in chunks arrive with an empty body, and the host says why", async () => {
    const text = await new Promise<string>((resolve, reject) => {
      const request = rawRequest(`${host.url}/api/echo`, { method: "POST" }, (answer) => {
        let body = "";
        answer.on("data", (chunk) => (body += String(chunk)));
        answer.on("end", () => resolve((JSON.parse(body) as { text: string }).text));
      });
      request.on("error", reject);
      request.write("first");
      request.end("second");
    });
    expect(text).toBe("");
    await until(() => host.lines.find((line) => line.event === "http.chunkedBodyDropped"));
  });
});

describe("routing", () => {
  it("tries functions in alphabetical order of their names, so items/{id} of getItem wins over items/recent of zRecent", async () => {
    expect(await json("/api/items/recent")).toEqual({ function: "getItem", params: { id: "recent" } });
    const warning = await until(() => host.lines.find((line) => line.event === "http.routesOverlap"));
    expect(warning["warning"]).toContain("a request that fits both goes to 'getItem'");
  });

  it("keeps constrained parameters apart", async () => {
    expect((await json("/api/orders/7"))["function"]).toBe("byNumber");
    expect((await json("/api/orders/6f9619ff-8b86-d011-b42d-00c04fc964ff"))["function"]).toBe("byGuid");
    expect((await host.call("/api/orders/0")).status).toBe(404);
    expect((await host.call("/api/orders/abc")).status).toBe(404);
  });

  it("knows catch-all, default and composed parameters", async () => {
    expect((await json("/api/files/a/b%2Fc"))["params"]).toEqual({ path: "a/b%2Fc" });
    expect((await json("/api/pages"))["params"]).toEqual({ number: "1" });
    expect((await json("/api/reports/year.2026.csv"))["params"]).toEqual({
      name: "year.2026",
      extension: "csv",
    });
  });

  it("replaces %SETTING% in a route", async () => {
    expect(await json("/api/things/list")).toBe("listed");
  });
});

describe("answers", () => {
  it("of a function that throws are 500 with an empty body", async () => {
    const answer = await host.call("/api/thrower");
    expect([answer.status, await answer.text()]).toEqual([500, ""]);
    await until(() =>
      host.lines.find((line) => line.event === "function.failed" && line["function"] === "thrower"),
    );
  });

  it("of a function that returns nothing are 204", async () => {
    expect((await host.call("/api/nothing")).status).toBe(204);
  });

  it.each([256, 100_000])("keep every byte of a binary body of %i bytes", async (length) => {
    const answer = new Uint8Array(await (await host.call(`/api/bytes?length=${length}`)).arrayBuffer());
    expect(
      Buffer.from(answer).equals(Buffer.from(Uint8Array.from({ length }, (_, index) => index % 256))),
    ).toBe(true);
  });

  it("carry status, cookies and the headers of host.json", async () => {
    const answer = await host.call("/api/cookies");
    expect(answer.status).toBe(201);
    expect(answer.headers.getSetCookie()).toEqual([
      "plain=1; Path=/",
      "a=b%20c; Max-Age=60; Path=/; HttpOnly; SameSite=Strict",
    ]);
    expect(answer.headers.get("x-from-host-json")).toBe("yes");
  });

  it("that ask for content negotiation are refused with a reason", async () => {
    expect((await host.call("/api/negotiates")).status).toBe(500);
    await until(() => host.lines.find((line) => line.event === "http.contentNegotiationRefused"));
  });
});

describe("the app's environment", () => {
  it("has local.settings.json below what was already set, and the host's own name", async () => {
    expect(await json("/api/environment")).toEqual({
      greeting: "from the file",
      alreadySet: "from outside",
      hostname: host.url.slice("http://".length),
      environment: "Development",
    });
  });

  it("passes the caller's trace on and has no retry context and no trigger metadata for HTTP", async () => {
    const trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    const context = await json("/api/context", {
      headers: { traceparent: `00-${trace}-00f067aa0ba902b7-01`, tracestate: "vendor=1" },
    });
    expect(context).toMatchObject({ functionName: "context", retryContext: null, triggerMetadata: null });
    expect(context["traceContext"]).toMatchObject({ traceState: "vendor=1" });
    expect((context["traceContext"] as { traceParent: string }).traceParent).toMatch(
      new RegExp(`^00-${trace}-[0-9a-f]{16}-01$`),
    );
  });
});

describe("hooks", () => {
  it("run appStart first and preInvocation before each function", async () => {
    const seen = (await json("/api/seen")) as unknown as string[];
    expect(seen[0]).toBe("appStart");
    expect(seen.at(-1)).toBe("pre seen");
  });

  it("may replace inputs and handler before the invocation", async () => {
    const answer = await host.call("/api/hooked");
    expect(await answer.text()).toBe("input of the hook");
    expect(answer.headers.get("x-wrapped")).toBe("yes");
  });

  it("may turn an error into a result after it", async () => {
    const answer = await host.call("/api/rescued");
    expect([answer.status, await answer.text()]).toEqual([200, "rescued by the hook"]);
  });

  it("on log may change the message", async () => {
    await host.call("/api/logs");
    const logged = await until(() => {
      const found = host.lines.filter(
        (line) => line.event === "function.logged" && line["function"] === "logs",
      );
      return found.length >= 2 ? found : undefined;
    });
    expect(logged.map((line) => [line.severity, line["message"]])).toEqual([
      ["info", "the [removed] is 42"],
      ["warn", "careful"],
    ]);
  });
});

describe("keys", () => {
  const status = async (path: string, headers: Record<string, string> = {}) =>
    (await fetch(`${host.url}${path}`, { headers })).status;
  const keyOf = async (path: string) => ((await json(path))["keys"] as { value: string }[])[0]!.value;

  it("are wanted by functions with authLevel function and opened by function, host or master key", async () => {
    expect(await status("/api/guarded")).toBe(401);
    expect(await status("/api/guarded", { "x-functions-key": "wrong" })).toBe(401);
    expect(
      await status("/api/guarded", { "x-functions-key": await keyOf("/admin/functions/guarded/keys") }),
    ).toBe(200);
    expect(await status("/api/guarded", { "x-functions-key": await keyOf("/admin/host/keys") })).toBe(200);
    expect(await status(`/api/guarded?code=${host.masterKey}`)).toBe(200);
    expect(
      await status("/api/guarded", { "x-functions-key": await keyOf("/admin/functions/echo/keys") }),
    ).toBe(401);
  });

  it("of level admin are the master key only, and anonymous functions need none", async () => {
    expect(await status("/api/only-admin", { "x-functions-key": await keyOf("/admin/host/keys") })).toBe(401);
    expect(await status("/api/only-admin", { "x-functions-key": host.masterKey })).toBe(200);
    expect(await status("/api/echo")).toBe(200);
  });

  it("guard the admin endpoints, except ping", async () => {
    expect(await status("/admin/host/ping")).toBe(200);
    expect(await status("/admin/host/status")).toBe(401);
    expect(await json("/admin/host/status")).toMatchObject({ state: "Running" });
    expect(await json("/admin/functions/echo")).toMatchObject({ name: "echo", config: { name: "echo" } });
  });
});

describe("the host", () => {
  it("survives an exception that the app lets escape, and reports it", async () => {
    expect(await (await host.call("/api/crashes")).text()).toBe("answered");
    const crash = await until(() => host.lines.find((line) => line.event === "app.crashed"));
    expect(crash["reason"]).toContain("nobody catches this");
    expect((await host.call("/api/echo")).status).toBe(200);
  });

  it("has a home page", async () => {
    expect((await host.call("/")).status).toBe(200);
  });

  it("fails an invocation that outlives the function timeout", async () => {
    const slow = await startApp("http-commonjs", { manualClock: { startMs: 0 } });
    const answer = slow.call("/api/never");
    await until(async () => {
      await slow.advance(31 * 60_000);
      return slow.lines.some((line) =>
        String(line["reason"]).includes("Timeout value of 1800 s was exceeded"),
      );
    });
    expect((await answer).status).toBe(500);
  });

  it("runs appTerminate when it is stopped, and `exited` tells a stop from a crash", async () => {
    const short = await startApp("http-commonjs");
    await short.dispose();
    expect(await short.exited).toBeUndefined();
    await until(() => short.lines.find((line) => line["line"] === "appTerminate ran"));
  });
});
