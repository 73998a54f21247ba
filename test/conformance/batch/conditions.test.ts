// Condition headers on every route of every entity that has a version, ranges on files, and the echo of request ids.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually, linuxPool, underTest } from "./emulator-under-test.ts";
import type { UnderTest } from "./emulator-under-test.ts";

const version = "api-version=2025-06-01";
let t: UnderTest;
beforeAll(async () => {
  t = await underTest();
  await t.batch.pool.add({ id: "p", ...linuxPool, targetDedicatedNodes: 1 });
  await t.batch.job.add({ id: "j", poolInfo: { poolId: "p" } });
  await t.batch.job.add({ id: "waits", poolInfo: { poolId: "none" } });
  await t.batch.task.add("waits", { id: "t", commandLine: "exit 0" });
  await t.batch.task.add("j", { id: "done", commandLine: "write 0123456789" });
  await t.batch.task.add("j", { id: "failed", commandLine: "exit 1" });
  await t.batch.jobSchedule.add({
    id: "s",
    schedule: { recurrenceInterval: "PT1H" },
    jobSpecification: { poolInfo: { poolId: "none" } },
  });
  await eventually(
    () => t.batch.job.getTaskCounts("j"),
    ({ taskCounts }) => taskCounts.completed === 2,
  );
  await eventually(
    () => t.batch.pool.get("p"),
    (pool) => pool.allocationState === "steady",
  );
});
afterAll(async () => {
  await t.emulator.dispose();
  expect(t.errors).toEqual([]);
});

async function send(method: string, path: string, headers: Record<string, string>, body?: object) {
  const response = await fetch(`${t.emulator.url}/${path}?${version}`, {
    method,
    headers: { authorization: "Bearer good", ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const code = text.startsWith("{") ? (JSON.parse(text) as { code?: string }).code : undefined;
  return { status: response.status, headers: response.headers, text, code };
}

/** Method, path, body; those that change or end the entity come after the harmless ones. */
const routes: readonly (readonly [method: string, path: string, entity: string, body?: object])[] = [
  ["GET", "pools/p", "pools/p"],
  ["HEAD", "pools/p", "pools/p"],
  ["GET", "jobs/j", "jobs/j"],
  ["GET", "jobs/waits/tasks/t", "jobs/waits/tasks/t"],
  ["GET", "jobschedules/s", "jobschedules/s"],
  ["HEAD", "jobschedules/s", "jobschedules/s"],
  ["PATCH", "pools/p", "pools/p", { metadata: [] }],
  ["POST", "pools/p/resize", "pools/p", { targetDedicatedNodes: 1 }],
  ["POST", "pools/p/stopresize", "pools/p"],
  ["POST", "pools/p/removenodes", "pools/p", { nodeList: ["none"] }],
  ["POST", "pools/p/enableautoscale", "pools/p", { autoScaleFormula: "$TargetDedicatedNodes=1" }],
  ["PATCH", "jobs/j", "jobs/j", { priority: 1 }],
  ["PUT", "jobs/j", "jobs/j", { poolInfo: { poolId: "p" } }],
  ["PUT", "jobs/waits/tasks/t", "jobs/waits/tasks/t", {}],
  ["POST", "jobs/waits/tasks/t/terminate", "jobs/waits/tasks/t"],
  ["POST", "jobs/waits/tasks/t/reactivate", "jobs/waits/tasks/t"],
  ["PATCH", "jobschedules/s", "jobschedules/s", { metadata: [] }],
  ["POST", "jobschedules/s/disable", "jobschedules/s"],
  ["POST", "jobschedules/s/enable", "jobschedules/s"],
  ["POST", "jobs/j/disable", "jobs/j", { disableTasks: "requeue" }],
  ["POST", "jobs/j/enable", "jobs/j"],
  ["POST", "jobs/j/terminate", "jobs/j", {}],
  ["POST", "jobschedules/s/terminate", "jobschedules/s"],
  ["DELETE", "jobs/waits/tasks/t", "jobs/waits/tasks/t"],
  ["DELETE", "jobschedules/s", "jobschedules/s"],
  ["DELETE", "jobs/waits", "jobs/waits"],
  ["DELETE", "pools/p", "pools/p"],
];

const past = "Thu, 01 Jan 2015 00:00:00 GMT";
const future = "Thu, 01 Jan 2099 00:00:00 GMT";

describe("ranges of files", () => {
  const file = "jobs/j/tasks/done/files/stdout.txt";
  test.each([
    [undefined, 200, "0123456789\n"],
    ["bytes=0-2", 200, "012"],
    ["bytes=8-", 200, "89\n"],
    ["bytes=-3", 200, "89\n"],
    ["bytes=-300", 200, "0123456789\n"],
    ["bytes=3-9999", 200, "3456789\n"],
    ["bytes=11-", 416, "InvalidRange"],
    ["bytes=5-2", 416, "InvalidRange"],
    ["bytes=-", 416, "InvalidRange"],
    ["bytes=-0", 416, "InvalidRange"],
    ["items=0-1", 416, "InvalidRange"],
  ] as const)("%s is answered with %i", async (range, status, wanted) => {
    const answer = await send("GET", file, range === undefined ? {} : { "ocp-range": range });
    expect([answer.status, status === 200 ? answer.text : answer.code]).toEqual([status, wanted]);
    if (status === 200) expect(answer.headers.get("content-length")).toBe(String(wanted.length));
  });

  test("files heed the times of their change", async () => {
    expect((await send("GET", file, { "if-modified-since": future })).status).toBe(304);
    expect((await send("GET", file, { "if-unmodified-since": past })).status).toBe(412);
    expect((await send("HEAD", file, { "if-modified-since": past })).status).toBe(200);
  });
});

test.each([
  ["true", "mine", "mine"],
  ["True", "mine", "mine"],
  ["false", "mine", null],
  ["true", undefined, null],
  [undefined, "mine", null],
] as const)("return-client-request-id %s with id %s echoes %s", async (wanted, id, echoed) => {
  const headers = {
    ...(wanted === undefined ? {} : { "return-client-request-id": wanted }),
    ...(id === undefined ? {} : { "client-request-id": id }),
  };
  for (const path of ["jobs", "jobs/none", "nonsense"])
    expect((await send("GET", path, headers)).headers.get("client-request-id")).toBe(echoed);
});

// Last, as it ends what the others need.
describe("condition headers", () => {
  test.for(routes)("%s %s", async ([method, path, entity, body]) => {
    const reads = method === "GET" || method === "HEAD";
    const tag = async () => (await send("GET", entity, {})).headers.get("etag") ?? "";
    const before = await tag();
    expect(before).toMatch(/^0x[0-9A-F]+$/);
    const refusals: [Record<string, string>, number][] = [
      [{ "if-match": "0x0" }, 412],
      [{ "if-none-match": before }, reads ? 304 : 412],
      [{ "if-none-match": "*" }, reads ? 304 : 412],
      [{ "if-modified-since": future }, reads ? 304 : 412],
      [{ "if-unmodified-since": past }, 412],
    ];
    for (const [headers, status] of refusals) {
      const answer = await send(method, path, headers, body);
      expect([headers, answer.status]).toEqual([headers, status]);
      if (status === 412 && method !== "HEAD") expect(answer.code).toBe("ConditionNotMet");
      if (status === 304) expect(answer.text).toBe("");
    }
    const two = await send(method, path, { "if-match": "*", "if-modified-since": past }, body);
    expect([two.status, two.code ?? ""]).toEqual([
      400,
      method === "HEAD" ? "" : "MultipleConditionHeadersNotSupported",
    ]);
    expect(await tag(), "a refused request changes nothing").toBe(before);
    for (const headers of [
      { "if-match": `"${before}"` },
      { "if-match": "*" },
      { "if-unmodified-since": future },
    ]) {
      const answer = await send(method, path, headers, body);
      expect([304, 412, 500].includes(answer.status), `${answer.status} ${answer.text}`).toBe(false);
      if (!reads) break;
    }
  });
});
