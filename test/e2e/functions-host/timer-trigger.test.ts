// The timer trigger through the whole host: days pass by a driven clock, status lives in a real Azurite.
import { beforeAll, expect, it } from "vitest";
import { startApp, until, type HostUnderTest } from "../../local/functions-host/host-under-test.ts";
import { startStorage, type StorageUnderTest } from "./storage-under-test.ts";

const hour = 3_600_000;
const day = 24 * hour;
const newYear = Date.UTC(2026, 0, 1);
let storage: StorageUnderTest;
beforeAll(async () => {
  storage = await startStorage();
});

let apps = 0;
const freshHost = (
  startMs: number,
  hostId = `timers-${apps++}`,
  everyHalfMinute = false,
): Promise<HostUnderTest> =>
  startApp("storage-esm", {
    settings: {
      Store: storage.connectionString,
      NOTES_QUEUE: "notes",
      AzureFunctionsWebHost__hostid: hostId,
      "AzureWebJobs.atStartup.Disabled": String(!everyHalfMinute),
      "AzureWebJobs.onMessage.Disabled": "true",
      "AzureWebJobs.slowOnes.Disabled": "true",
      "AzureWebJobs.onBlob.Disabled": "true",
      "AzureWebJobs.onEvent.Disabled": "true",
    },
    storageConnection: storage.connectionString,
    manualClock: { startMs },
  });

interface TimerRun {
  function: string;
  timer: { isPastDue: boolean; scheduleStatus: { last: string; next: string } | null };
  retryContext?: unknown;
}
const runs = async (host: HostUnderTest, name: string) =>
  ((await (await host.call("/api/seen")).json()) as TimerRun[]).filter((run) => run.function === name);
/** One step of the clock at a time: a real status blob is written in between. */
async function advance(host: HostUnderTest, ms: number): Promise<void> {
  await host.advance(ms);
  await host.idle();
}

it("fires at its time of day with the schedule's status, in camel case", async () => {
  const host = await freshHost(newYear);
  await advance(host, hour);
  expect(await runs(host, "everyNight")).toEqual([]);
  await advance(host, hour);
  const [run] = await runs(host, "everyNight");
  expect(run?.timer).toMatchObject({
    isPastDue: false,
    scheduleStatus: { next: "2026-01-01T02:00:00.000+00:00" },
  });
});

it("runs once as past due after a stop over its time, and never twice for one occurrence", async () => {
  const first = await freshHost(newYear, "past-due");
  await advance(first, 3 * hour);
  expect(await runs(first, "everyNight")).toHaveLength(1);
  await first.dispose();

  const early = await freshHost(newYear + 4 * hour, "past-due");
  await early.idle();
  expect(await runs(early, "everyNight")).toEqual([]);
  await early.dispose();

  const late = await freshHost(newYear + 3 * day + 5 * hour, "past-due");
  await late.idle();
  const missed = await runs(late, "everyNight");
  expect(missed.map((run) => run.timer.isPastDue)).toEqual([true]);
  await late.dispose();

  const setBack = await freshHost(newYear + 3 * day + hour, "past-due");
  await advance(setBack, 2 * hour);
  expect(await runs(setBack, "everyNight")).toEqual([]);
});

it("waits longer than setTimeout can (24.8 days)", async () => {
  const host = await freshHost(Date.UTC(2026, 5, 1));
  for (let month = 0; month < 8 && (await runs(host, "yearly")).length === 0; month += 1)
    await advance(host, 30 * day);
  const [run] = await runs(host, "yearly");
  expect(run?.timer.scheduleStatus?.next).toBe("2027-01-01T00:00:00.000+00:00");
});

it("runs on start-up when asked to, without status for a schedule under a minute", async () => {
  const host = await freshHost(newYear, "at-startup", true);
  const [run] = await until(async () => {
    const found = await runs(host, "atStartup");
    return found.length > 0 ? found : undefined;
  });
  expect(run?.timer).toMatchObject({ isPastDue: false });
  expect(run?.timer.scheduleStatus).toBeNull();
});

it("retries a failing timer by its policy, with the retry context", async () => {
  const host = await freshHost(newYear + 2.5 * hour);
  await host.advance(hour);
  await until(async () => {
    await host.advance(5_000);
    return (await runs(host, "retried")).length === 3;
  });
  expect((await runs(host, "retried")).map((run) => run.retryContext)).toMatchObject([
    null,
    { retryCount: 1, maxRetryCount: 2, exception: { message: "attempt 1" } },
    { retryCount: 2, maxRetryCount: 2, exception: { message: "attempt 2" } },
  ]);
});
