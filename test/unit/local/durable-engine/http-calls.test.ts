import { ManagedIdentityTokenSource } from "durable-functions";
import { describe, expect, it } from "vitest";
import type { HttpActivityRequest, HttpActivityResponse } from "../../../../local/durable-engine/index.ts";
import { startEngine } from "./support/running-engine.ts";
import type { SdkApp } from "./support/sdk-app.ts";

const app: SdkApp = {
  orchestrators: {
    call: function* (context) {
      const response: { statusCode: number; content: string } = yield context.df.callHttp({
        method: "POST",
        url: "http://service/jobs",
        body: { a: 1 },
        headers: { "x-a": "b" },
      });
      return [response.statusCode, response.content];
    },
  },
};

function service(responses: HttpActivityResponse[]) {
  const requests: HttpActivityRequest[] = [];
  return {
    requests,
    http: async (request: HttpActivityRequest) => {
      requests.push(request);
      const response = responses.shift();
      if (response === undefined) throw new Error("connection refused");
      return response;
    },
  };
}

describe("callHttp", () => {
  it("sends the request and gives the answer back", async () => {
    const { requests, http } = service([{ statusCode: 200, headers: {}, content: "fine" }]);
    const { run } = await startEngine(app, { http });
    expect((await run("call")).output).toEqual([200, "fine"]);
    expect(requests).toEqual([
      { method: "POST", uri: "http://service/jobs", headers: { "x-a": "b" }, content: '{"a":1}' },
    ]);
  });

  it("follows 202 answers with their Retry-After, or after 30 seconds", async () => {
    const accepted = { statusCode: 202, content: "" };
    const { requests, http } = service([
      { ...accepted, headers: { location: "/jobs/7", "retry-after": "5" } },
      { ...accepted, headers: { location: "/jobs/7" } },
      { statusCode: 200, headers: {}, content: "done" },
    ]);
    const { run, advance, status } = await startEngine(app, { http });
    const { instanceId } = await run("call");
    await advance(4999);
    expect(requests).toHaveLength(1);
    await advance(1);
    expect(requests[1]).toMatchObject({ method: "GET", uri: "http://service/jobs/7" });
    await advance(30_000);
    expect(requests).toHaveLength(3);
    expect(status(instanceId).output).toEqual([200, "done"]);
  });

  it("fails its task when the request can't be made", async () => {
    const { http } = service([]);
    const { run } = await startEngine(app, { http });
    expect((await run("call")).output).toContain("connection refused");
  });

  it("refuses a token source instead of sending the request without a token", async () => {
    const { http } = service([]);
    const { run } = await startEngine(
      {
        orchestrators: {
          call: function* (context) {
            yield context.df.callHttp({
              method: "GET",
              url: "http://service/",
              tokenSource: new ManagedIdentityTokenSource("https://management.core.windows.net"),
            });
          },
        },
      },
      { http },
    );
    expect((await run("call")).output).toContain("token source is not supported here");
  });
});
