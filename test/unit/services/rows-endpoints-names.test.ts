import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bearerPolicy } from "../../../services/azure/bearer-policy.ts";
import { tokenSource } from "../../../services/azure/credentials.ts";
import { endpointOf, isLoopbackHttp } from "../../../services/azure/endpoints.ts";
import { afterPrefix, fromRow, toRow } from "../../../services/azure/table-rows.ts";
import { jobOfTask, taskId } from "../../../services/batch-names.ts";
import { operationId } from "../../../services/operation-documents.ts";
import { createHttpHeaders, createPipelineRequest } from "@azure/core-rest-pipeline";

describe("a table row", () => {
  it("holds any JSON value, in ASCII, in properties that are not too long", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.integer({ min: 0, max: 40_000 }), (value, length) => {
        const row = toRow("p", "r", { value, long: "é".repeat(length) });
        for (const chunk of Object.values(row)) {
          if (typeof chunk !== "string") continue;
          expect(chunk.length).toBeLessThanOrEqual(32_768);
          expect(chunk).toMatch(/^[\x20-\x7e]*$/);
        }
        expect(fromRow(row)).toEqual(JSON.parse(JSON.stringify({ value, long: "é".repeat(length) })));
      }),
      { numRuns: 50 },
    );
  });

  it("that lost a piece is an error, not half a document", () => {
    const { d0: _lost, ...rest } = toRow("p", "r", { a: 1 });
    expect(() => fromRow(rest)).toThrow("Damaged row");
  });

  it("is in the range of its prefix, and no other is", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.string(), (prefix, rest) => {
        fc.pre(prefix.charCodeAt(prefix.length - 1) < 0xffff);
        expect(prefix + rest < afterPrefix(prefix)).toBe(true);
      }),
    );
  });
});

describe("endpoints", () => {
  it("allow plain http on loopback only", () => {
    for (const url of ["http://127.0.0.1:1/x", "http://127.4.5.6", "http://localhost", "http://[::1]:80"])
      expect(isLoopbackHttp(url)).toBe(true);
    expect(isLoopbackHttp("https://example.com")).toBe(false);
    for (const url of ["http://example.com", "http://127.0.0.1.example.com", "http://10.0.0.1"])
      expect(() => isLoopbackHttp(url), url).toThrow("plain http");
  });

  it("put the account where the template says", () => {
    expect(endpointOf("https://{account}.blob.core.windows.net", "a")).toBe(
      "https://a.blob.core.windows.net",
    );
    expect(endpointOf("http://127.0.0.1:1/{account}/", "a")).toBe("http://127.0.0.1:1/a");
  });
});

describe("names", () => {
  it("of tasks lead back to their job", () => {
    const guid = "0fcae01d-28b7-4ff0-af2d-44317bcd75d7";
    expect(jobOfTask(taskId(guid, 12))).toEqual({ jobGuid: guid, attempt: 12 });
    expect(jobOfTask("somebody-elses-1")).toBeUndefined();
  });

  it("of operations are GUIDs that differ by what and whose", () => {
    const id = operationId("delete", "x");
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(operationId("delete", "X")).toBe(id);
    expect(new Set([id, operationId("create", "x"), operationId("delete", "y")]).size).toBe(3);
  });
});

describe("tokens for Azure", () => {
  it("are fetched once while they are fresh, anew before they end, and again after a failure", async () => {
    let now = 0;
    let fetched = 0;
    let failing = false;
    const credential = {
      getToken: async () => {
        if (failing) throw new Error("no identity");
        fetched += 1;
        return { token: `t${fetched}`, expiresOnTimestamp: now + 3_600_000 };
      },
    };
    const tokens = tokenSource(credential, { now: () => now, sleep: async () => undefined });
    await Promise.all([tokens.token("s"), tokens.token("s")]);
    expect([await tokens.token("s"), fetched]).toEqual(["t1", 1]);
    expect(await tokens.token("other")).toBe("t2");
    now = 3_500_000;
    failing = true;
    await expect(tokens.token("s")).rejects.toThrow("no identity");
    failing = false;
    expect(await tokens.token("s")).toBe("t3");
  });

  it("go into the header of every request", async () => {
    const request = createPipelineRequest({ url: "https://x.example", headers: createHttpHeaders() });
    const policy = bearerPolicy({ token: async (scope) => `for ${scope}` }, "scope");
    await policy.sendRequest(request, async (sent) => ({
      request: sent,
      status: 200,
      headers: createHttpHeaders(),
    }));
    expect(request.headers.get("authorization")).toBe("Bearer for scope");
  });
});
