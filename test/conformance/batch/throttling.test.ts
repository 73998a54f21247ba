// The request rate: what is refused, for how long, on which paths; and that a patient client gets through.
import { afterAll, beforeAll, expect, test } from "vitest";
import { manualClock } from "../../../local/clock.ts";
import { underTest } from "./emulator-under-test.ts";
import type { UnderTest } from "./emulator-under-test.ts";

const clock = manualClock();
let t: UnderTest;
beforeAll(async () => {
  t = await underTest({ clock, parameters: { requestsPerSecond: 5 } });
});
afterAll(async () => {
  await t.emulator.dispose();
  expect(t.errors).toEqual([]);
});

async function get(path: string) {
  const response = await fetch(`${t.emulator.url}${path}?api-version=2025-06-01`, {
    headers: { authorization: "Bearer good" },
  });
  const { code } = (await response.json()) as { code?: string };
  return { status: response.status, code, retryAfter: response.headers.get("retry-after") };
}

async function limit(rule: { requestsPerSecond: number; status?: 429 | 503; path?: string }): Promise<void> {
  const response = await fetch(`${t.emulator.url}/_emulator/throttle?api-version=2025-06-01`, {
    method: "POST",
    headers: { authorization: "Bearer good" },
    body: JSON.stringify(rule),
  });
  expect(response.status).toBe(200);
}

const statuses = async (path: string, times: number) => {
  const seen: number[] = [];
  for (let index = 0; index < times; index += 1) seen.push((await get(path)).status);
  return seen;
};

test("a second's worth goes through at once, the next is refused until a second has filled up again", async () => {
  expect(await statuses("/pools", 6)).toEqual([200, 200, 200, 200, 200, 429]);
  expect(await get("/jobs")).toEqual({ status: 429, code: "TooManyRequests", retryAfter: "1" });
  await clock.advance(199);
  expect((await get("/pools")).status).toBe(429);
  await clock.advance(1);
  expect(await statuses("/pools", 2)).toEqual([200, 429]);
  await clock.advance(1000);
  expect(await statuses("/pools", 6)).toEqual([200, 200, 200, 200, 200, 429]);
});

test("Retry-After is long enough: after that many seconds the request is served", async () => {
  await limit({ requestsPerSecond: 0.1, status: 503 });
  expect((await get("/pools")).status).toBe(200);
  const refused = await get("/pools");
  expect(refused).toMatchObject({ status: 503, code: "ServerBusy", retryAfter: "10" });
  await clock.advance(Number(refused.retryAfter) * 1000 - 1000);
  expect((await get("/pools")).retryAfter).toBe("1");
  await clock.advance(1000);
  expect((await get("/pools")).status).toBe(200);
});

test("a rule for some paths leaves the others alone, and ends when it is taken back", async () => {
  await limit({ requestsPerSecond: 1, path: "/pools" });
  expect(await statuses("/pools", 2)).toEqual([200, 429]);
  expect(await statuses("/jobs", 3)).toEqual([200, 200, 200]);
  await limit({ requestsPerSecond: 0 });
  expect(await statuses("/pools", 20)).not.toContain(429);
});

test("the genuine client tells a throttled call by its code and status", async () => {
  // Its signature has the time of this machine.
  await clock.advance(Math.max(0, Date.now() - clock.now()));
  for (const [status, code] of [
    [429, "TooManyRequests"],
    [503, "ServerBusy"],
  ] as const) {
    await limit({ requestsPerSecond: 1, status });
    await t.batch.pool.list();
    await expect(t.batch.pool.list()).rejects.toMatchObject({ statusCode: status, code });
  }
  await limit({ requestsPerSecond: 0 });
});
