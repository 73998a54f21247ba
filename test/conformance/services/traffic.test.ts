// What is written down of a test run's traffic, and what becomes of it (test/support/traffic): a queue of Azure, played by a script in a process
// of its own that was started with an environment of its own.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { reportOf, verdictOnTraffic } from "../../support/traffic/traffic-verdict.ts";

let folder: string;
let scripts: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "batchai-traffic-"));
  scripts = mkdtempSync(join(tmpdir(), "batchai-traffic-scripts-"));
});
afterEach(() => {
  for (const one of [folder, scripts]) rmSync(one, { recursive: true, force: true });
});

const message = `<QueueMessage><MessageId>1</MessageId><InsertionTime>Sun, 29 Nov 2026 22:38:23 GMT</InsertionTime>
<ExpirationTime>Sun, 29 Nov 2026 22:38:23 GMT</ExpirationTime><PopReceipt>r</PopReceipt>
<TimeNextVisible>Sun, 29 Nov 2026 22:38:23 GMT</TimeNextVisible><DequeueCount>1</DequeueCount><MessageText>hello</MessageText></QueueMessage>`;
const listOf = (items: string) =>
  `<?xml version="1.0" encoding="utf-8"?><QueueMessagesList>${items}</QueueMessagesList>`;

interface Asked {
  readonly path: string;
  readonly times?: number;
  readonly method?: string;
  readonly status?: number;
  readonly body?: string;
  readonly answer?: string;
  /** The client that asks. */
  readonly by?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Each is asked of a server that answers as it says; the server is the child of a process that gives it no environment. */
function traffic(asked: readonly Asked[], server = "Azurite-Queue/3.35.0"): void {
  writeFileSync(
    join(scripts, "service.mjs"),
    `import { createServer } from "node:http";
const asked = ${JSON.stringify(asked)};
let one;
const server = createServer(async (request, response) => {
  for await (const part of request) void part;
  response.writeHead(one.status ?? 200, { server: ${JSON.stringify(server)}, "content-type": "application/xml", ...one.headers });
  response.end(one.answer ?? "");
});
server.listen(0, "127.0.0.1", async () => {
  for (one of asked)
    for (let time = 0; time < (one.times ?? 1); time += 1) {
      const { method = "GET", body } = one;
      const headers = { "x-ms-version": "2019-02-02", authorization: "SharedKey secret", "user-agent": one.by ?? "azsdk-js-azure-storage-queue/12" };
      await (await fetch("http://127.0.0.1:" + server.address().port + one.path, { method, headers, ...(body ? { body } : {}) })).text();
    }
  process.exit();
});`,
  );
  writeFileSync(
    join(scripts, "starter.mjs"),
    `import { fork } from "node:child_process";
fork(new URL("service.mjs", import.meta.url).pathname, [], { env: {}, stdio: "inherit" }).on("exit", (code) => process.exit(code ?? 1));`,
  );
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(scripts, "starter.mjs")], {
    encoding: "utf8",
    env: {
      NODE_OPTIONS: `--require ${JSON.stringify(join(process.cwd(), "test/support/traffic/recorder.cjs"))}`,
      BATCHAI_TRAFFIC_FOLDER: folder,
    },
  });
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: "", stderr: "" });
}

/** A test run in which one exchange with a queue was written down. */
function runWith(status: number) {
  const one = { service: "queue", method: "GET", url: `${messages}?numofmessages=1`, status };
  const body = { text: "", isWhole: true };
  const line = `${JSON.stringify({ ...one, sent: {}, got: {}, request: body, answer: body })}\n`;
  writeFileSync(
    join(scripts, "one.test.mjs"),
    `import { writeFileSync } from "node:fs";
it("passes", () => writeFileSync(process.env.BATCHAI_TRAFFIC_FOLDER + "/1.jsonl", ${JSON.stringify(line)}));`,
  );
  const globalSetup = [join(process.cwd(), "test/support/traffic/record-traffic.ts")];
  const test = { globals: true, include: ["one.test.mjs"], globalSetup };
  writeFileSync(join(scripts, "vitest.config.mjs"), `export default ${JSON.stringify({ test })};`);
  const vitest = join(process.cwd(), "node_modules/vitest/vitest.mjs");
  return spawnSync(process.execPath, [vitest, "run", "--root", scripts], {
    encoding: "utf8",
    env: { PATH: process.env["PATH"] },
  });
}

const messages = "/account/queue/messages";
const right: Asked = { path: messages, answer: listOf(message) };
const violationsOf = async (asked: readonly Asked[], server?: string) => {
  traffic(asked, server);
  return (await verdictOnTraffic(folder)).violations;
};

describe("the traffic of a test run", () => {
  it("is counted, and of each shape one exchange is written, without what signs it", async () => {
    traffic([
      { ...right, times: 40 },
      { ...right, path: `${messages}?numofmessages=2` },
    ]);
    const verdict = await verdictOnTraffic(folder);
    expect(verdict).toEqual({
      services: { queue: { requests: 41, shapes: 2, operations: ["Messages_Dequeue"] } },
      violations: [],
    });
    expect(reportOf(verdict)).toContain("0 violations\n  queue  41 requests, 2 shapes of them, 1 operations");
    const written = readdirSync(folder).map((file) => readFileSync(join(folder, file), "utf8"));
    expect(written.join("")).not.toContain("secret");
  });

  it("fails the run by a violation, though all tests passed", () => {
    const good = runWith(200);
    expect([good.status, good.stdout]).toEqual([0, expect.stringContaining(": 0 violations")]);
    const bad = runWith(206);
    expect([bad.status, bad.stdout]).toEqual([1, expect.stringContaining(": 1 violations")]);
    expect(bad.stdout).toContain("queue Messages_Dequeue: 206: is no answer of it");
    expect(bad.stdout).toMatch(/1 passed/);
  });

  it("is left alone where it is not of an emulated service", async () => {
    traffic([right], "nginx");
    expect(await verdictOnTraffic(folder)).toEqual({ services: {}, violations: [] });
  });

  it.each([
    [
      "an answer without a member",
      { ...right, answer: listOf(message.replace(/<PopReceipt>.*<\/PopReceipt>/, "")) },
      "queue Messages_Dequeue: 200: []/PopReceipt: is missing",
    ],
    [
      "an answer with one more",
      { ...right, answer: listOf(message.replace("<MessageId>", "<Mood>good</Mood><MessageId>")) },
      "queue Messages_Dequeue: 200: []/Mood: is not described",
    ],
    [
      "a value of another form",
      { ...right, answer: listOf(message.replace("<DequeueCount>1", "<DequeueCount>once")) },
      "queue Messages_Dequeue: 200: []/DequeueCount: 'once' is no number",
    ],
    [
      "a header that no answer has",
      { ...right, headers: { "x-ms-mood": "good" } },
      "queue Messages_Dequeue: 200: x-ms-mood: is no header of the answer",
    ],
    [
      "a status that is none of it",
      { ...right, status: 206 },
      "queue Messages_Dequeue: 206: is no answer of it",
    ],
    [
      "an operation that does not exist",
      { ...right, method: "PATCH", body: "x" },
      "queue PATCH queue/messages: there is no such operation",
    ],
    [
      "a query that was taken",
      { ...right, path: `${messages}?mood=good` },
      "queue Messages_Dequeue: ?mood: is not described",
    ],
    [
      "an error without a form",
      { ...right, status: 404, answer: '<?xml version="1.0"?><Error><Reason>gone</Reason></Error>' },
      "queue Messages_Dequeue: 404: /Reason: is not described",
    ],
  ] satisfies readonly [string, Asked, string][])("tells %s", async (_title, asked, violation) => {
    expect(await violationsOf([asked])).toContain(violation);
  });

  it("may ask for more than there is where no client asks, if the answer is right", async () => {
    const asked = { ...right, path: `${messages}?mood=good`, by: "node" };
    expect(await violationsOf([asked])).toEqual([]);
    expect(await violationsOf([{ ...asked, status: 206 }])).toContain(
      "queue Messages_Dequeue: 206: is no answer of it",
    );
  });

  it("is counted where its address is none", async () => {
    const answer = '<?xml version="1.0"?><Error><Code>InvalidUri</Code><Message>no</Message></Error>';
    expect(await violationsOf([{ path: "/account/%zz", status: 400, answer }])).toEqual([]);
  });

  it("has lists of tables in JSON, whose members are no elements", async () => {
    const list = (value: object) => ({
      path: "/account/Tables",
      answer: JSON.stringify({ "odata.metadata": "http://any/$metadata#Tables", ...value }),
      headers: { "content-type": "application/json;odata=minimalmetadata" },
    });
    const server = "Azurite-Table/3.35.0";
    expect(await violationsOf([list({ value: [{ TableName: "one" }] })], server)).toEqual([]);
    const wrong = [
      list({ value: [{ TableName: "one", mood: "good" }] }),
      list({ TableResponseProperties: [] }),
    ];
    expect(await violationsOf(wrong, server)).toEqual([
      "table Table_Query: 200: /TableResponseProperties: is not described",
      "table Table_Query: 200: /value[]/mood: is not described",
    ]);
  });

  it("never has the secrets of a pool in an answer, which must have them in a request", async () => {
    const account = { name: "worker", elevationLevel: "admin" };
    const pools = (userAccounts: object[]) => ({
      path: "/pools?api-version=2025-06-01&$select=userAccounts",
      answer: JSON.stringify({ value: [{ userAccounts }] }),
      headers: { "content-type": "application/json;odata=minimalmetadata" },
    });
    const added = (userAccounts: object[]) => ({
      path: "/pools?api-version=2025-06-01",
      method: "POST",
      body: JSON.stringify({ id: "pool", vmSize: "standard_d2s_v3", userAccounts }),
      status: 201,
      by: "azsdk-python-batch",
    });
    const server = "OpenBatchAI-Batch/1";
    const secret = { ...account, password: "kept to itself" };
    expect(await violationsOf([pools([account]), added([secret])], server)).toEqual([]);
    expect(await violationsOf([pools([secret]), added([account])], server)).toEqual([
      "batch batch_create_pool: /userAccounts[]/password: is missing",
      "batch batch_list_pools: /value[]/userAccounts[]/password: is never answered",
    ]);
  });

  it("may ask wrongly what is refused in the right form", async () => {
    const answer =
      '<?xml version="1.0"?><Error><Code>InvalidQueryParameterValue</Code><Message>no</Message></Error>';
    expect(await violationsOf([{ path: `${messages}?mood=good`, status: 400, answer }])).toEqual([]);
  });
});
