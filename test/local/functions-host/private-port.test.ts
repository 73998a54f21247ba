// Who may reach the durable client's private port and, without keys, the host's own endpoints: programs that were given the
// address, never web pages.
import { request } from "node:http";
import { beforeAll, expect, it } from "vitest";
import { startApp, writeApp, type HostUnderTest } from "./host-under-test.ts";

let open: HostUnderTest;
let rpcBaseUrl: string;

beforeAll(async () => {
  const folder = await writeApp({
    "host.json": JSON.stringify({ version: "2.0" }),
    "package.json": JSON.stringify({ main: "index.js" }),
    "index.js": `
      const { app } = require("@azure/functions");
      const df = require("durable-functions");
      df.app.orchestration("waits", function* (context) { yield context.df.waitForExternalEvent("never"); });
      const client = df.input.durableClient();
      app.http("binding", {
        authLevel: "anonymous",
        extraInputs: [client],
        handler: async (_request, context) => ({ jsonBody: context.extraInputs.get(client) }),
      });`,
  });
  const settings = { PATH: process.env["PATH"] ?? "", FUNCTIONS_REQUEST_BODY_SIZE_LIMIT: "1000" };
  open = await startApp(folder, { requireKeys: false, settings });
  const binding = (await (await fetch(`${open.url}/api/binding`)).json()) as { rpcBaseUrl: string };
  rpcBaseUrl = binding.rpcBaseUrl;
});

/** fetch() would set Host itself. */
const post = (url: string, headers: Record<string, string> = {}, body = "{}") =>
  new Promise<number>((resolve, reject) => {
    const sent = request(url, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
    });
    sent.on("response", (answer) => resolve(answer.resume().statusCode ?? 0)).on("error", reject);
    sent.end(body);
  });
const start = () => `${rpcBaseUrl}orchestrators/waits`;

it("the address that the app is given starts an orchestration", async () => {
  expect(await post(start())).toBe(202);
});

it("a caller without the key is refused before its body is read, and deep JSON is refused to one with it", async () => {
  const folder = await writeApp({
    "index.js": `require("durable-functions").app.orchestration("waits", function* () {});`,
  });
  const host = await startApp(folder);
  const status = await new Promise<number>((resolve, reject) => {
    const sent = request(`${host.url}/runtime/webhooks/durabletask/orchestrators/waits`, {
      method: "POST",
      headers: { "content-length": "1000000" },
    });
    sent.on("response", (answer) => resolve(answer.resume().statusCode ?? 0)).on("error", reject);
    sent.write("{"); // the rest never comes
  });
  expect(status).toBe(401);
  const deep = `{"input":${"[".repeat(2_000_000)}${"]".repeat(2_000_000)}}`;
  const answer = await host.call("/admin/functions/waits", { method: "POST", body: deep });
  expect(answer.status).toBe(400);
});

it("the same path without its random part is not there", async () => {
  const { origin } = new URL(rpcBaseUrl);
  expect(new URL(rpcBaseUrl).pathname).toMatch(/^\/[\w-]{32}\/durabletask\/$/);
  for (const path of [
    "/durabletask/orchestrators/waits",
    "/orchestrators/waits",
    `/${"A".repeat(32)}/durabletask/instances`,
  ])
    expect(await post(origin + path)).toBe(404);
});

it.each([
  ["a foreign Host", { host: "evil.example" }],
  ["a foreign Host that begins like this machine's", { host: "127.0.0.1.evil.example" }],
  ["any Origin", { origin: "https://evil.example" }],
  ["the Origin of a page of this machine", { origin: "http://localhost:3000" }],
  ["the Origin of a sandboxed page", { origin: "null" }],
])(
  "%s is refused at the private port, and at the endpoints of a host without keys",
  async (_what, headers) => {
    expect(await post(start(), headers)).toBe(403);
    expect(await post(`${open.url}/runtime/webhooks/durabletask/orchestrators/waits`, headers)).toBe(403);
    expect(await post(`${open.url}/admin/functions/binding`, headers)).toBe(403);
  },
);

it("a body over the host's limit is refused at the private port too", async () => {
  expect(await post(start(), {}, JSON.stringify("x".repeat(2_000)))).toBe(413);
});

it("a program may call the open host's endpoints by every name of this machine", async () => {
  for (const host of ["localhost:7071", "127.0.0.1", "[::1]:7071"])
    expect(await post(`${open.url}/runtime/webhooks/durabletask/orchestrators/waits`, { host })).toBe(202);
});
