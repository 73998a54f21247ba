// The protocol between Azure's host and the Node worker, as a golden record (test/replay/golden/invocation-protocol.json): what an app of every kind
// of trigger registers, requests, and the answers of the genuine @azure/functions and durable-functions to them. Held twice: the genuine
// packages still answer these requests so, and our host still makes these requests of what happens to the app.
// The worker's own package is in no registry: its steps are done as its source has them (test/support/invocations/genuine-worker.cjs).
// UPDATE_GOLDEN=1 records what is not there yet; an existing record is never overwritten.
import { fork } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startApp, until, writeApp } from "../../local/functions-host/host-under-test.ts";
import { startStorage } from "./storage-under-test.ts";

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));
const goldenFile = path("../../replay/golden/invocation-protocol.json");
const folder = mkdtempSync(join(tmpdir(), "invocations-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Exchange {
  readonly function: string;
  readonly request?: Readonly<Record<string, unknown>>;
  readonly response?: unknown;
}
interface Golden {
  readonly functions: readonly object[];
  readonly capabilities: object;
  readonly invocations: readonly Required<Exchange>[];
}

const linesOf = (file: string): readonly Exchange[] =>
  existsSync(file)
    ? readFileSync(file, "utf8")
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line) as Exchange)
    : [];

/** Of the test's own client; what else it sends is that of its version. */
const sentHeaders = ["host", "content-type", "content-length"];

/** What is otherwise each time: ids, ports, times, receipts. */
const masked = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (name, one: unknown) =>
      name === "nullableHeaders"
        ? Object.fromEntries(Object.entries(one as object).filter(([header]) => sentHeaders.includes(header)))
        : name === "PopReceipt"
          ? { string: "receipt" }
          : one,
    )
      .replaceAll(/\d{4}-\d{2}-\d{2}T[\d:.]+(?:Z|[+-]\d{2}:\d{2})/g, "2026-01-01T00:00:00.000Z")
      .replaceAll(/[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}/g, "00000000-0000-4000-8000-000000000000")
      .replaceAll(/(?<=ExecutionId\\*": ?\\*")[0-9a-f]{32}/g, "0".repeat(32))
      .replaceAll(/(?<="id\\*": ?\\*")[0-9a-f]{32}/g, "0".repeat(32))
      .replaceAll(/(?<="(?:startTime|duration)\\*": ?)\d+/g, "0")
      .replaceAll(/0x[0-9A-F]{14,17}/g, "0x1")
      .replaceAll(/00-[0-9a-f]{32}-[0-9a-f]{16}-0\d/g, `00-${"1".repeat(32)}-${"2".repeat(16)}-00`)
      .replaceAll(/127\.0\.0\.1:\d+/g, "127.0.0.1:7071"),
  );

const isOfInterest = ({ function: name }: Exchange) => name !== "start";

/** Our host runs the app through one of everything. */
async function requestsOfOurs(): Promise<readonly Exchange[]> {
  const file = join(folder, "ours.jsonl");
  const source = readFileSync(path("../../support/invocations/record-app.cjs"), "utf8");
  const storage = await startStorage();
  const host = await startApp(await writeApp({ "index.js": source }), {
    settings: {
      PATH: process.env["PATH"] ?? "",
      INVOCATIONS_FILE: file,
      AzureWebJobsStorage: storage.connectionString,
    },
  });
  const of = (name: string) =>
    linesOf(file).filter((line) => line.function === name && line.request !== undefined);
  const byHand = (name: string, input: string) =>
    host.call(`/admin/functions/${name}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ input }),
    });
  const put = await host.call("/api/items/5?mode=fast", {
    method: "PUT",
    headers: { "content-type": "application/json", "user-agent": "test" },
    body: JSON.stringify({ a: [1] }),
  });
  expect([put.status, put.headers.get("x-made"), await put.json()]).toEqual([
    201,
    "yes",
    { id: "5", mode: "fast", sent: { a: [1] } },
  ]);
  expect((await host.call("/api/silent")).status).toBe(204);
  expect((await byHand("tick", "")).status).toBe(202);
  await storage.send("items-in", Buffer.from("21").toString("base64"));
  await storage.put("uploads", "a.txt", "content");
  expect((await host.call("/api/start", { method: "POST" })).status).toBe(200);
  for (const [name, count] of Object.entries({
    tick: 1,
    queue: 1,
    blob: 1,
    count: 1,
    act: 1,
    orchestrate: 2,
  }))
    await until(() => of(name).length >= count, `${count} of ${name}`);
  return linesOf(file)
    .filter((line) => line.request !== undefined)
    .filter(isOfInterest)
    .map((line) => masked(line) as Exchange)
    .toSorted((one, other) => one.function.localeCompare(other.function));
}

/** The genuine packages, with the worker's steps. */
function askGenuine(requests: readonly Exchange[]): Promise<Golden> {
  const file = join(folder, `genuine-${requests.length}.jsonl`);
  return new Promise((resolve, reject) => {
    const worker = fork(path("../../support/invocations/genuine-worker.cjs"), [], {
      env: { PATH: process.env["PATH"], INVOCATIONS_FILE: file, WEBSITE_HOSTNAME: "127.0.0.1:7071" },
    });
    worker.once("error", reject);
    worker.once("message", ({ functions, capabilities }: Pick<Golden, "functions" | "capabilities">) => {
      const responses = linesOf(file).filter((line) => line.response !== undefined);
      const invocations = requests.map((exchange, index) => ({
        ...exchange,
        request: exchange.request ?? {},
        response: masked(responses[index]?.response),
      }));
      resolve({ functions, capabilities, invocations });
    });
    worker.send(requests);
  });
}

let ours: readonly Exchange[];
let golden: Golden;
beforeAll(async () => {
  ours = await requestsOfOurs();
  if (!existsSync(goldenFile) && process.env["UPDATE_GOLDEN"] === "1")
    writeFileSync(goldenFile, `${JSON.stringify(await askGenuine(ours), null, 2)}\n`);
  golden = JSON.parse(readFileSync(goldenFile, "utf8")) as Golden;
}, 120_000);

describe("the invocation protocol", () => {
  it("has the registrations and the answers of the genuine packages", async () => {
    const { functions, capabilities, invocations } = await askGenuine(golden.invocations);
    expect({ functions, capabilities }).toEqual({
      functions: golden.functions,
      capabilities: golden.capabilities,
    });
    expect(invocations).toEqual(golden.invocations);
  });

  it("is what our host speaks: the same request for each trigger", () => {
    expect(ours).toEqual(
      golden.invocations.map(({ function: name, request }) => ({ function: name, request })),
    );
  });

  it("has one of each kind, with data of the kinds that the protocol knows", () => {
    expect([...new Set(golden.invocations.map((one) => one.function))]).toEqual([
      ...["act", "blob", "count", "orchestrate", "queue", "silent", "tick", "web"],
    ]);
    const kinds = golden.invocations.flatMap(({ request }) =>
      (request["inputData"] as readonly { readonly data: object }[]).map(({ data }) => Object.keys(data)),
    );
    // FunctionRpc.proto, TypedData: one of these.
    for (const kind of kinds) {
      expect(kind).toHaveLength(1);
      expect(["string", "json", "bytes", "stream", "http", "int", "double"]).toContain(kind[0]);
    }
  });
});
