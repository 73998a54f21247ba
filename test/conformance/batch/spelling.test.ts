// What clients are lenient or strict about that the documents do not say: numbers as text, the case of header names.
import { request } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import { eventually, linuxPool, underTest } from "./emulator-under-test.ts";
import type { UnderTest } from "./emulator-under-test.ts";

let t: UnderTest;
beforeAll(async () => {
  t = await underTest();
});
afterAll(async () => {
  await t.emulator.dispose();
  expect(t.errors).toEqual([]);
});

const send = (method: string, path: string, body?: unknown) =>
  fetch(`${t.emulator.url}${path}?api-version=2025-06-01`, {
    method,
    headers: { authorization: "Bearer good" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });

test("whole numbers are taken as text, too, and answered as numbers", async () => {
  const pool = { id: "text", ...linuxPool, targetDedicatedNodes: "0", taskSlotsPerNode: "2" };
  expect((await send("POST", "/pools", pool)).status).toBe(201);
  expect(await t.batch.pool.get("text")).toMatchObject({ targetDedicatedNodes: 0, taskSlotsPerNode: 2 });
  expect((await send("POST", "/pools/text/resize", { targetDedicatedNodes: "1" })).status).toBe(202);
  const job = { id: "text", poolInfo: { poolId: "text" }, priority: "-5", maxParallelTasks: "7" };
  expect((await send("POST", "/jobs", job)).status).toBe(201);
  expect(await t.batch.job.get("text")).toMatchObject({ priority: -5, maxParallelTasks: 7 });
  const task = {
    id: "a",
    commandLine: "exit 0",
    requiredSlots: "2",
    constraints: { maxTaskRetryCount: "3" },
    exitConditions: { exitCodes: [{ code: "4", exitOptions: { jobAction: "none" } }] },
  };
  expect((await send("POST", "/jobs/text/tasks", task)).status).toBe(201);
  expect(await t.batch.task.get("text", "a")).toMatchObject({
    requiredSlots: 2,
    constraints: { maxTaskRetryCount: 3 },
    exitConditions: { exitCodes: [{ code: 4 }] },
  });
});

test.each(["two", "", "1.5", "0x1", "99999999999999999999", true, [1]])(
  "%j is no whole number",
  async (given) => {
    const answer = await send("POST", "/pools", { id: "bad", ...linuxPool, taskSlotsPerNode: given });
    const body = (await answer.json()) as { code: string; values: { value: string }[] };
    expect([answer.status, body.code, body.values[0]?.value]).toEqual([
      400,
      "InvalidPropertyValue",
      "taskSlotsPerNode",
    ]);
  },
);

/** Names of an answer's headers as they are on the wire. */
async function headerNames(method: string, path: string, body?: unknown): Promise<string[]> {
  const text = body === undefined ? undefined : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const sent = request(
      `${t.emulator.url}${path}?api-version=2025-06-01`,
      {
        method,
        headers: {
          authorization: "Bearer good",
          "client-request-id": "c",
          "return-client-request-id": "true",
        },
      },
      (response) => {
        response.resume().on("end", () => resolve(response.rawHeaders.filter((_, index) => index % 2 === 0)));
      },
    );
    sent.on("error", reject).end(text);
  });
}

test("names of headers are spelled as the service does", async () => {
  const made = await headerNames("POST", "/pools", { id: "named", ...linuxPool, targetDedicatedNodes: 1 });
  for (const name of [
    "ETag",
    "Last-Modified",
    "Location",
    "DataServiceId",
    "DataServiceVersion",
    "request-id",
  ])
    expect(made).toContain(name);
  expect(made).toContain("client-request-id");
  await t.batch.job.add({ id: "named", poolInfo: { poolId: "named" } });
  await t.batch.task.add("named", { id: "a", commandLine: "write hello" });
  await eventually(
    () => t.batch.task.get("named", "a"),
    (task) => task.state === "completed",
  );
  const file = await headerNames("HEAD", "/jobs/named/tasks/a/files/stdout.txt");
  for (const name of ["Content-Length", "Content-Type", "ocp-creation-time", "ocp-batch-file-isdirectory"])
    expect(file).toContain(name);
  const read = await headerNames("GET", "/jobs/named/tasks/a/files/stdout.txt");
  expect(read).toEqual(
    expect.arrayContaining(["Content-Length", "ocp-batch-file-mode", "ocp-batch-file-url"]),
  );
});
