import { describe, expect, it } from "vitest";
import { resolveConnection } from "../../../../local/functions-host/bindings/connections.ts";
import { resolveExpressions } from "../../../../local/functions-host/bindings/expressions.ts";
import {
  decodeMessage,
  encodeMessage,
  messagesOf,
} from "../../../../local/functions-host/bindings/queue-binding.ts";
import { parseBlobPath } from "../../../../local/functions-host/triggers/blob-path-pattern.ts";
import { jsonText } from "../../../../local/functions-host/durable/function-invoker.ts";

describe("binding expressions", () => {
  const guid = "6f9619ff-8b86-4011-b42d-00c04fc964ff";
  const resolve = (text: string, data: Record<string, unknown> = {}) =>
    resolveExpressions(text, {
      data,
      functionName: "copy",
      nowMs: Date.UTC(2026, 10, 3, 4, 5, 6, 7),
      guid: () => guid,
    });

  it.each([
    ["{name}/{rand-guid}", `x/${guid}`],
    ["{rand-guid:N}", guid.replaceAll("-", "")],
    ["{DateTime}", "2026-11-03T04-05-06Z"],
    ["{DateTime:yyyy/MM/dd-HH}", "2026/11/03-04"],
    ["{sys.utcnow:yyyy}", "2026"],
    ["{sys.methodname}", "copy"],
    ["{NAME}.txt", "x.txt"],
    ["{order.id}-{order.lines}", "7-[1,2]"],
    ["{{literal}}", "{literal}"],
    ["nothing", "nothing"],
  ])("%s becomes %s", (text, expected) => {
    expect(resolve(text, { name: "x", order: { id: 7, lines: [1, 2] } })).toBe(expected);
  });

  it("that nothing is known of are an error naming them", () => {
    expect(() => resolve("{missing}")).toThrow("'{missing}'");
  });
});

describe("a connection", () => {
  const store = "AccountName=a;AccountKey=b";

  it("is a connection string under its name, with AzureWebJobs before it, or in ConnectionStrings", () => {
    for (const settings of [{ X: store }, { AzureWebJobsX: store }, { "ConnectionStrings:X": store }])
      expect(resolveConnection("X", settings, undefined)).toEqual({
        kind: "connectionString",
        connectionString: store,
      });
    expect(resolveConnection(undefined, { AzureWebJobsStorage: store }, undefined)).toMatchObject({
      connectionString: store,
    });
  });

  it("UseDevelopmentStorage=true is the storage of the host, else Azurite's own ports", () => {
    const settings = { AzureWebJobsStorage: "UseDevelopmentStorage=true" };
    expect(resolveConnection(undefined, settings, store)).toMatchObject({ connectionString: store });
    expect(resolveConnection(undefined, settings, undefined)).toMatchObject({
      connectionString: expect.stringContaining("http://127.0.0.1:10001/devstoreaccount1") as string,
    });
  });

  it("may be a group of service addresses for an identity", () => {
    const group = resolveConnection(
      "X",
      { X__accountName: "acct", X__queueServiceUri: "https://q", X__clientId: "c" },
      undefined,
    );
    if (group.kind !== "identity") throw new Error("not an identity connection");
    expect([group.endpoint("blob"), group.endpoint("queue"), group.clientId]).toEqual([
      "https://acct.blob.core.windows.net",
      "https://q",
      "c",
    ]);
  });

  it("of an identity over plain http on this machine is the host's own storage", () => {
    const group = { X__blobServiceUri: "http://127.0.0.1:10000/devstoreaccount1" };
    expect(resolveConnection("X", group, store)).toEqual({
      kind: "connectionString",
      connectionString: store,
    });
    expect(() => resolveConnection("X", group, undefined)).toThrow("Set 'X' to a connection string");
  });

  it("that is not there or not a connection string is refused without showing the value", () => {
    expect(() => resolveConnection("X", {}, undefined)).toThrow("Set 'X' to a storage connection string");
    expect(() => resolveConnection("X", { X: "hunter2" }, undefined)).toThrow(
      /^(?!.*hunter2).*'X' is not a storage/,
    );
  });
});

describe("queue messages", () => {
  it("are base64 by default, and what is not base64 is read as plain text", () => {
    expect(encodeMessage("héllo", "base64")).toBe(Buffer.from("héllo").toString("base64"));
    expect(decodeMessage(encodeMessage("héllo", "base64"), "base64").toString()).toBe("héllo");
    expect(decodeMessage("{ plain }", "base64").toString()).toBe("{ plain }");
    expect(decodeMessage("YWJj", "none").toString()).toBe("YWJj");
  });

  it("are one per element of an array, else one", () => {
    expect(messagesOf({ json: '["a",{"b":1},3]' })).toEqual(["a", '{"b":1}', "3"]);
    expect(messagesOf({ json: '{"a":1}' })).toEqual(['{"a":1}']);
    expect(messagesOf({ int: 5 }).map(String)).toEqual(["5"]);
  });
});

describe("a blob path", () => {
  it.each([
    ["box/{name}.{ext}", "a.b.txt", { name: "a.b", ext: "txt" }],
    ["box/{name}", "deep/er/blob", { name: "deep/er/blob" }],
    ["box/logs-{date}/{file}.log", "logs-2026/x.log", { date: "2026", file: "x" }],
    ["box/{{x}}-{name}", "{x}-1", { name: "1" }],
    ["box", "anything", { name: "anything" }],
  ])("%s matches %s", (path, name, values) => {
    expect(parseBlobPath(path).match(name)).toEqual(values);
  });

  it("tells what every matching name begins with", () => {
    expect(parseBlobPath("box/logs-{date}.txt").prefix).toBe("logs-");
    expect(parseBlobPath("box/exact.txt")).toMatchObject({ container: "box", prefix: "exact.txt" });
    expect(parseBlobPath("box/exact.txt").match("exact.txt2")).toBeUndefined();
  });

  it.each(["", "UPPER/{name}", "box/{na me}", "box/{name", "box/", "box/{a}{a}"])(
    "'%s' is refused",
    (path) => {
      expect(() => parseBlobPath(path)).toThrow();
    },
  );
});

describe("an activity's result", () => {
  it.each([
    [{ string: "a" }, '"a"'],
    [{ json: '{"a":1}' }, '{"a":1}'],
    [{ int: 3 }, "3"],
    [{ double: 1.5 }, "1.5"],
    [{ bytes: new Uint8Array([1, 2]) }, '"AQI="'],
    [{}, null],
    [null, null],
    [undefined, null],
  ])("%j is stored as %s", (value, text) => {
    expect(jsonText(value)).toBe(text);
  });
});
