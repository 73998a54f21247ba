// How the command line asks the API: what goes out and comes back is what it is with `fetch`, also where nobody answers.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { httpAsk } from "../../../cli/http-ask.ts";
import { createHttpApi } from "../../../client/http-api.ts";

const server = createServer((request, response) => {
  let body = "";
  request.setEncoding("utf8").on("data", (part: string) => (body += part));
  request.on("end", () => {
    const { pathname } = new URL(request.url ?? "", "http://here");
    if (pathname === "/moved") return response.writeHead(307, { location: "/there" }).end();
    const { method, headers } = request;
    const told = {
      method,
      pathname,
      body,
      type: headers["content-type"],
      authorization: headers.authorization,
    };
    response.writeHead(pathname === "/refused" ? 409 : 200, { "Azure-AsyncOperation": "http://operation/1" });
    response.end(
      JSON.stringify(pathname === "/refused" ? { error: { code: "Conflict", message: "é" } } : told),
    );
  });
});
let origin: string;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const apis = () => [
  createHttpApi({ endpoint: origin, token: "t", ask: httpAsk }),
  createHttpApi({ endpoint: origin, token: "t", fetch }),
];

describe("what the command line asks", () => {
  it.each(["/there", "/moved"])("is asked and answered as by fetch: %s", async (path) => {
    const answers = [];
    for (const api of apis()) {
      const { status, body, headers } = await api.send("PUT", path, { body: { text: "é".repeat(10_000) } });
      answers.push({
        status,
        body,
        operation: headers.get("azure-asyncOperation"),
        none: headers.get("x-none"),
      });
    }
    expect(answers[0]).toEqual(answers[1]);
    expect(answers[0]).toMatchObject({
      status: 200,
      none: null,
      body: { pathname: "/there", method: "PUT" },
    });
  });

  it("is refused in the service's words", async () => {
    for (const api of apis())
      await expect(api.send("GET", "/refused")).rejects.toMatchObject({
        status: 409,
        code: "Conflict",
        message: "é",
      });
  });

  it("says who does not answer, and why", async () => {
    const gone = createServer();
    await new Promise<void>((resolve) => gone.listen(0, "127.0.0.1", resolve));
    const endpoint = `http://127.0.0.1:${(gone.address() as AddressInfo).port}`;
    await new Promise((resolve) => gone.close(resolve));
    for (const ask of [httpAsk, fetch])
      await expect(createHttpApi({ endpoint, token: "t", ask }).send("GET", "/x")).rejects.toThrow(
        `Nobody answers at ${endpoint}: ECONNREFUSED`,
      );
  });
});
