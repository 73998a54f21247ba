// Queue and blob triggers and storage bindings of an unmodified ESM app against a real Azurite.
import { beforeAll, describe, expect, it } from "vitest";
import { startApp, until, type HostUnderTest } from "../../local/functions-host/host-under-test.ts";
import { startStorage, type StorageUnderTest } from "./storage-under-test.ts";

interface Seen {
  function: string;
  message?: unknown;
  type?: string;
  text?: string;
  name?: string;
  isBuffer?: boolean;
  metadata?: Record<string, unknown>;
}

let storage: StorageUnderTest;
let host: HostUnderTest;
const start = () =>
  startApp("storage-esm", {
    settings: { Store: storage.connectionString, NOTES_QUEUE: "notes" },
    storageConnection: storage.connectionString,
  });
beforeAll(async () => {
  storage = await startStorage();
  host = await start();
});
const seenBy = async (name: string, on: HostUnderTest = host) =>
  ((await (await on.call("/api/seen")).json()) as Seen[]).filter((entry) => entry.function === name);
const untilSeen = (name: string, count: number, on: HostUnderTest = host) =>
  until(async () => {
    const seen = await seenBy(name, on);
    return seen.length >= count ? seen : undefined;
  }, `${name} ${count} times`);
const base64 = (text: string) => Buffer.from(text).toString("base64");

describe("the queue trigger", () => {
  it("runs once per message, with metadata, and puts every element of an array into the output queue", async () => {
    await storage.send("incoming", base64(JSON.stringify({ answers: ["first", { second: 2 }] })));
    const [seen] = await untilSeen("onMessage", 1);
    expect(seen).toMatchObject({
      message: { answers: ["first", { second: 2 }] },
      metadata: { dequeueCount: 1 },
    });
    const metadata = [
      "queueTrigger",
      "id",
      "popReceipt",
      "insertionTime",
      "expirationTime",
      "nextVisibleTime",
    ];
    expect(Object.keys(seen!.metadata!)).toEqual(expect.arrayContaining(metadata));
    const answers = await until(async () => {
      const waiting = await storage.waiting("outgoing");
      return waiting.length === 2 ? waiting : undefined;
    });
    expect(answers).toEqual(["first", '{"second":2}']);
    await until(async () => (await storage.waiting("incoming")).length === 0);
  });

  it("a message 12 arrives as a number and true as a boolean, base64 or plain", async () => {
    const before = (await seenBy("onMessage")).length;
    await storage.send("incoming", base64("12"));
    await storage.send("incoming", base64("true"));
    await storage.send("incoming", "plain text, not base64");
    const seen = (await untilSeen("onMessage", before + 3)).slice(before);
    expect(seen.map((entry) => entry.message).sort()).toEqual([12, "plain text, not base64", true]);
  });

  it("gives up after maxDequeueCount attempts and moves the message to the poison queue", async () => {
    await storage.send("incoming", base64(JSON.stringify({ fail: "always" })));
    const poisoned = await until(async () => {
      const waiting = await storage.waiting("incoming-poison");
      return waiting.length > 0 ? waiting : undefined;
    });
    expect(poisoned).toEqual(['{"fail":"always"}']);
    const attempts = (await seenBy("onMessage")).filter((entry) => (entry.message as { fail?: string }).fail);
    expect(attempts.map((entry) => entry.metadata!["dequeueCount"])).toEqual([1, 2, 3]);
  });

  it("never runs more messages at once than a batch and half of one", async () => {
    await Promise.all(Array.from({ length: 12 }, (_, index) => storage.send("slow", base64(String(index)))));
    await untilSeen("slowOnes", 12);
    const most = (await (await host.call("/api/mostRunning")).json()) as number;
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(6);
  });
});

describe("the blob trigger", () => {
  it("runs for a matching blob with its content as a Buffer and the pattern's parts in the metadata", async () => {
    await storage.put("uploads", "year.2026.csv", "a,b");
    await storage.put("uploads", "no-extension", "ignored");
    const [seen] = await untilSeen("onBlob", 1);
    expect(seen).toMatchObject({
      isBuffer: true,
      text: "a,b",
      metadata: { name: "year.2026", ext: "csv", blobTrigger: "uploads/year.2026.csv" },
    });
    const results = await until(async () => {
      const names = await storage.names("results");
      return names.length > 0 ? names : undefined;
    });
    expect(results[0]).toMatch(/^year\.2026-[0-9a-f-]{36}\.txt$/);
  });

  it("tries a failing blob five times, then writes its description to webjobs-blobtrigger-poison", async () => {
    const etag = await storage.put("uploads", "broken.txt", "bad");
    const poisoned = await until(async () => {
      const waiting = await storage.waiting("webjobs-blobtrigger-poison");
      return waiting.length > 0 ? waiting : undefined;
    });
    expect(JSON.parse(poisoned[0]!)).toMatchObject({
      FunctionId: "Host.Functions.onBlob",
      BlobType: "BlockBlob",
      ContainerName: "uploads",
      BlobName: "broken.txt",
      ETag: etag.replaceAll('"', ""),
    });
    expect((await seenBy("onBlob")).filter((entry) => entry.text === "bad")).toHaveLength(5);
  });

  it("runs each version of a blob once, also over restarts", async () => {
    await host.dispose();
    host = await start();
    await storage.put("uploads", "year.2026.csv", "second version");
    await untilSeen("onBlob", 1);
    await host.idle();
    expect((await seenBy("onBlob")).map((entry) => entry.text)).toEqual(["second version"]);
  });

  it("with source EventGrid sees blobs written after its first start only", async () => {
    await storage.put("inbox", "letter", "hello");
    expect(await untilSeen("onEvent", 1)).toEqual([{ function: "onEvent", text: "hello", name: "letter" }]);
  });
});

describe("the Event Grid webhook", () => {
  const path = "/runtime/webhooks/blobs?functionName=Host.Functions.onEvent";
  const post = (body: unknown, query = `&code=${host.masterKey}`) =>
    fetch(`${host.url}${path}${query}`, { method: "POST", body: JSON.stringify(body) });

  it("answers the validation handshake and wants the system key", async () => {
    const validation = [
      { eventType: "Microsoft.EventGrid.SubscriptionValidationEvent", data: { validationCode: "abc" } },
    ];
    expect(await (await post(validation)).json()).toEqual({ validationResponse: "abc" });
    expect((await post(validation, "")).status).toBe(401);
  });

  it("runs the function once for a version, whether the event or the poller is first", async () => {
    const before = (await seenBy("onEvent")).length;
    const eTag = await storage.put("inbox", "from-event", "by event");
    const url = `${storage.blobs.url}/inbox/from-event`;
    expect((await post([{ eventType: "Microsoft.Storage.BlobCreated", data: { url, eTag } }])).status).toBe(
      202,
    );
    await untilSeen("onEvent", before + 1);
    await host.idle();
    expect((await seenBy("onEvent")).filter((entry) => entry.name === "from-event")).toHaveLength(1);
  });
});

describe("bindings", () => {
  it("write and read a table row by keys from the route", async () => {
    const put = await host.call("/api/things/toy/ball", {
      method: "PUT",
      body: JSON.stringify({ size: 3, colour: "red" }),
    });
    expect(put.status).toBe(204);
    const read = await (await host.call("/api/things/toy/ball")).json();
    expect(read).toEqual({ row: { PartitionKey: "toy", RowKey: "ball", size: 3, colour: "red" } });
    expect(await (await host.call("/api/things/toy/none")).json()).toEqual({ row: null });
  });

  it("list table rows by filter", async () => {
    await host.call("/api/things/toy/marble", { method: "PUT", body: JSON.stringify({ size: 1 }) });
    const rows = (await (await host.call("/api/things/toy")).json()) as { RowKey: string }[];
    expect(rows.map((row) => row.RowKey)).toEqual(["ball"]);
  });

  it("fail the invocation when a row exists already", async () => {
    const again = await host.call("/api/things/toy/ball", {
      method: "PUT",
      body: JSON.stringify({ size: 4 }),
    });
    expect(again.status).toBe(500);
  });

  it("resolve expressions from the JSON payload, the date and settings", async () => {
    await storage.put("originals", "a.txt", "content");
    const copy = (source: string) =>
      host.call("/api/copy", { method: "POST", body: JSON.stringify({ source, target: { name: "b.txt" } }) });
    expect(await (await copy("a.txt")).text()).toBe("copied");
    expect(await storage.names("copies")).toEqual([`${new Date().getUTCFullYear()}/b.txt`]);
    expect(await storage.waiting("notes")).toEqual(["one", '{"two":2}']);
    expect((await copy("missing.txt")).status).toBe(404);
  });
});
