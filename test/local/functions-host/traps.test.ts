// The traps of hosting the Node.js v4 model, each as a test named after it.
import { expect, it } from "vitest";
import { startApp, until, writeApp, type HostUnderTest } from "./host-under-test.ts";

const head = 'const { app } = require("@azure/functions");\n';
const start = async (source: string, files: Record<string, string> = {}): Promise<HostUnderTest> =>
  startApp(await writeApp({ "index.js": head + source, ...files }));
const text = async (host: HostUnderTest, path: string, init?: RequestInit) =>
  (await host.call(path, init)).text();

it("the library captures one core object for ever: two hosts in one process serve their own apps", async () => {
  const [one, two] = await Promise.all(
    ["one", "two"].map((name) => start(`app.http("who", { handler: () => ({ body: "${name}" }) });`)),
  );
  expect(await text(one!, "/api/who")).toBe("one");
  expect(await text(two!, "/api/who")).toBe("two");
});

it("an app that registers nothing never sets its programming model: the host says so itself", async () => {
  await expect(start("")).rejects.toThrow(/registered no function/);
});

it("a duplicate function name is refused", async () => {
  const twice = 'app.http("same", { handler: () => ({}) });'.repeat(2);
  await expect(start(twice)).rejects.toThrow('A function with name "same" has already been registered');
});

it("registration is locked once the functions are listed", async () => {
  const host = await start(`app.http("late", { handler: () => {
    try { app.http("later", { handler: () => ({}) }); } catch (error) { return { body: error.message }; }
  } });`);
  expect(await text(host, "/api/late")).toContain("can only be registered during app startup");
});

it("the capabilities exchange locks app.setup", async () => {
  const host = await start(`app.http("late", { handler: () => {
    try { app.setup({ enableHttpStream: true }); } catch (error) { return { body: error.message }; }
  } });`);
  expect(await text(host, "/api/late")).toContain("can't be changed after app startup");
});

it("a log after the end of an invocation is reported as such", async () => {
  const host = await start(`let late;
    app.http("early", { handler: (_request, context) => { late = context; return {}; } });
    app.http("after", { handler: () => { late.log("too late"); return {}; } });`);
  await host.call("/api/early");
  await host.call("/api/after");
  await until(() => host.lines.find((line) => String(line["message"]).includes("Unexpected call to 'log'")));
});

it("no WEBSITE_HOSTNAME sends the durable client to localhost:7071: it is set before the first invocation", async () => {
  const host = await start('app.http("name", { handler: () => ({ body: process.env.WEBSITE_HOSTNAME }) });');
  expect(await text(host, "/api/name")).toBe(new URL(host.url).host);
});

it("host.json's functions are the only ones loaded, and one that does not exist is an error", async () => {
  const source = 'for (const name of ["kept", "left"]) app.http(name, { handler: () => ({ body: name }) });';
  const only = (names: string[]) => ({ "host.json": JSON.stringify({ version: "2.0", functions: names }) });
  const host = await start(source, only(["kept"]));
  expect(host.functions).toEqual(["kept"]);
  expect((await host.call("/api/left")).status).toBe(404);
  await expect(start(source, only(["absent"]))).rejects.toThrow("lists function 'absent'");
});

it("a broken host.json or local.settings.json is said with file and field", async () => {
  const http = 'app.http("a", { handler: () => ({}) });';
  await expect(start(http, { "host.json": "{" })).rejects.toThrow(/host\.json is not JSON/);
  await expect(start(http, { "host.json": '{ "version": "1.0" }' })).rejects.toThrow(
    /host\.json: version must be "2\.0"/,
  );
  const timeout = '{ "version": "2.0", "functionTimeout": "soon" }';
  await expect(start(http, { "host.json": timeout })).rejects.toThrow(/functionTimeout/);
  const encrypted = '{ "IsEncrypted": true, "Values": {} }';
  await expect(start(http, { "local.settings.json": encrypted })).rejects.toThrow(/func settings decrypt/);
});

it("a retry policy where Azure has none, and host.json settings without effect, are warned of", async () => {
  const retry = '{ strategy: "fixedDelay", delayInterval: { seconds: 1 }, maxRetryCount: 2 }';
  const source = `app.generic("a", { trigger: { type: "httpTrigger", name: "r", authLevel: "anonymous", methods: ["GET"] }, retry: ${retry}, handler: () => ({}) });`;
  const hostJson = '{ "version": "2.0", "extensions": { "http": { "hsts": { "isEnabled": true } } } }';
  const host = await start(source, { "host.json": hostJson });
  await until(() =>
    host.lines.find((line) => line.event === "function.retryIgnored" && line["function"] === "a"),
  );
  await until(() => host.lines.find((line) => line["setting"] === "extensions.http.hsts"));
});

it("a missing connection is a start-up error that names function, binding and setting", async () => {
  const source =
    'app.storageQueue("listens", { queueName: "queue", connection: "Absent", handler: () => {} });';
  await expect(start(source)).rejects.toThrow(
    /Function 'listens', binding 'queueTrigger\w+'.*'Absent' is not configured/,
  );
});

it("a schedule that cannot be understood is a start-up error", async () => {
  const source = 'app.timer("tick", { schedule: "0 0 0 L * *", useMonitor: false, handler: () => {} });';
  await expect(start(source)).rejects.toThrow(/Function 'tick'.*'L' in its days/);
});

it("an app that ends its own process is reported, not silently dead", async () => {
  const host = await start('app.http("exit", { handler: () => process.exit(3) });');
  await host.call("/api/exit").catch(() => undefined);
  expect((await host.exited)?.message).toContain("code 3");
  await expect(host.idle()).rejects.toThrow();
});

it("a function is started by hand through /admin/functions with the master key", async () => {
  const host = await start(`let got;
    app.timer("tick", { schedule: "0 0 0 1 1 *", useMonitor: false, handler: (timer) => { got = timer; } });
    app.http("got", { handler: () => ({ jsonBody: got ?? null }) });`);
  const begin = { method: "POST", body: '{ "input": "" }' };
  expect((await fetch(`${host.url}/admin/functions/tick`, begin)).status).toBe(401);
  expect((await host.call("/admin/functions/tick", begin)).status).toBe(202);
  const timer = await until(
    async () => JSON.parse(await text(host, "/api/got")) as { isPastDue: boolean } | null,
  );
  expect(timer).toMatchObject({ isPastDue: false, schedule: { adjustForDST: true } });
  expect((await host.call("/admin/functions/got", begin)).status).toBe(400);
  expect((await host.call("/admin/functions/none", begin)).status).toBe(404);
});

it("CORS of local.settings.json is answered by the host", async () => {
  const settings = {
    "local.settings.json": '{ "Values": {}, "Host": { "CORS": "https://portal.example" } }',
  };
  const host = await start('app.http("a", { handler: () => ({ body: "x" }) });', settings);
  const origin = { origin: "https://portal.example" };
  const preflight = {
    ...origin,
    "access-control-request-method": "POST",
    "access-control-request-headers": "x-a",
  };
  const answer = await host.call("/api/a", { method: "OPTIONS", headers: preflight });
  expect([answer.status, answer.headers.get("access-control-allow-origin")]).toEqual([
    204,
    "https://portal.example",
  ]);
  expect(answer.headers.get("access-control-allow-headers")).toBe("x-a");
  const other = await host.call("/api/a", { headers: { origin: "https://other.example" } });
  expect(other.headers.get("access-control-allow-origin")).toBeNull();
});
