// Durable functions end to end: unmodified durable-functions, our engine, real HTTP in between.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startApp, until, type HostUnderTest } from "./host-under-test.ts";

let host: HostUnderTest;
beforeAll(async () => {
  host = await startApp("durable-esm");
});

interface Status {
  runtimeStatus: string;
  output: unknown;
  customStatus: unknown;
  name: string;
}
interface CheckStatus {
  id: string;
  statusQueryGetUri: string;
  sendEventPostUri: string;
  terminatePostUri: string;
}
async function start(name: string, input?: unknown, on = host, id = ""): Promise<CheckStatus> {
  const body = input === undefined ? undefined : JSON.stringify(input);
  const answer = await on.call(`/start/${name}${id && `/${id}`}`, {
    method: "POST",
    ...(body ? { body } : {}),
  });
  expect(answer.status).toBe(202);
  return (await answer.json()) as CheckStatus;
}
const status = async (id: string, on = host) => (await (await on.call(`/status/${id}`)).json()) as Status;
const ended = (id: string, on = host) =>
  until(async () => {
    const found = await status(id, on);
    return ["Completed", "Failed", "Terminated"].includes(found.runtimeStatus) ? found : undefined;
  }, `the end of ${id}`);
const run = async (name: string, input?: unknown) => ended((await start(name, input)).id);

it("an HTTP starter, an activity and the client's status work together", async () => {
  expect(await run("one", { value: 21 })).toMatchObject({
    runtimeStatus: "Completed",
    output: 42,
    name: "one",
  });
});

it("activities run side by side and failures reach the orchestrator with the activity's name", async () => {
  expect((await run("fanOut", {})).output).toBe(30);
  expect((await run("caught", {})).output).toContain("Activity function 'fails' failed: no such thing");
});

it("an activity sees its input as an object and the instance id in its metadata", async () => {
  const { id } = await start("metadata", {}, host, "known-id");
  expect((await ended(id)).output).toEqual({
    input: { some: "input" },
    metadata: { instanceId: "known-id", data: { some: "input" } },
  });
});

it("entities keep state between calls", async () => {
  expect((await run("counts", {})).output).toBe(7);
});

it("the public webhook wants the system key, which the check-status URLs carry", async () => {
  const { statusQueryGetUri, id } = await start("one", { value: 1 });
  await ended(id);
  expect(statusQueryGetUri.startsWith(`${host.url}/runtime/webhooks/durabletask/instances/${id}`)).toBe(true);
  expect(await (await fetch(statusQueryGetUri)).json()).toMatchObject({ output: 2 });
  const url = new URL(statusQueryGetUri);
  url.searchParams.delete("code");
  expect((await fetch(url)).status).toBe(401);
});

it("an unknown orchestration is refused by the client", async () => {
  expect((await host.call("/start/unknown", { method: "POST" })).status).toBe(500);
});

it("timers and retries pass by the host's clock", async () => {
  const driven = await startApp("durable-esm", { manualClock: { startMs: Date.UTC(2026, 0, 1) } });
  const retrying = await start("retrying", {}, driven);
  const gate = await start("gate", {}, driven);
  await driven.idle();
  await driven.call(`/raise/${gate.id}/open`, { method: "POST", body: '"me"' });
  await driven.idle();
  expect((await status(gate.id, driven)).runtimeStatus).toBe("Running");
  await driven.advance(60_000);
  await driven.idle();
  expect(await status(gate.id, driven)).toMatchObject({
    runtimeStatus: "Completed",
    output: "me",
    customStatus: "opened by me",
  });
  expect((await status(retrying.id, driven)).output).toBe("second time lucky");
});

const folders: string[] = [];
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

it("a waiting orchestration survives a restart of the host on the same data folder, with the same keys", async () => {
  const dataDirectory = await mkdtemp(join(tmpdir(), "functions-host-"));
  folders.push(dataDirectory);
  const clock = { manualClock: { startMs: Date.UTC(2026, 0, 1) } };
  const first = await startApp("durable-esm", { dataDirectory, ...clock });
  const { id } = await start("gate", {}, first);
  await first.idle();
  await first.dispose();
  const second = await startApp("durable-esm", { dataDirectory, ...clock });
  expect(second.masterKey).toBe(first.masterKey);
  await second.call(`/raise/${id}/open`, { method: "POST", body: '"again"' });
  await second.idle();
  await second.advance(61_000);
  await second.idle();
  expect(await status(id, second)).toMatchObject({ runtimeStatus: "Completed", output: "again" });
});
