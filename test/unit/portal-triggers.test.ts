// What the pages of triggers say in words. No browser.
import { describe, expect, it } from "vitest";
import { cronText, eventText, kindOf, onText, sampleEvent } from "../../portal/lib/triggers.ts";
import type { FiringWire, TriggerWire } from "../../portal/lib/triggers.ts";

const trigger = (on: object, parameters: object = {}) =>
  ({ name: "t", properties: { on, parameters } }) as unknown as TriggerWire;
const blobs = trigger({ blobCreated: { container: "data", path: "in/{set}/{file*}.csv" } });
const quietWindow = { quietFor: "PT2M", maxWait: "PT1H" };
const bursts = trigger({ blobCreated: { container: "data", path: "{file}", quietWindow } });

describe("a trigger", () => {
  it("says what it waits for", () => {
    expect(onText(trigger({ schedule: { cron: "30 2 * * *", timeZone: "UTC" } }))).toBe(
      "every day at 02:30, UTC time",
    );
    const recurrence = { frequency: "week", interval: 2, weekDays: ["Monday"], hours: [6] };
    expect(onText(trigger({ schedule: { recurrence, timeZone: "Asia/Kolkata" } }))).toBe(
      "every 2 weeks on Monday at 6:00, Asia/Kolkata time",
    );
    expect(onText(blobs)).toBe("a blob data/in/{set}/{file*}.csv");
    expect(onText(trigger({ jobCompleted: { experiment: "e", outcome: "failed" } }))).toBe(
      "the end of e/any job, failed",
    );
    expect(onText(bursts)).toBe("a burst of blobs data/{file}");
    expect(onText(trigger({ webhook: {} }))).toBe("a signed webhook");
    expect(onText(trigger({ newerThanThisPage: {} }))).toBe("newerThanThisPage");
    expect(kindOf(blobs)).toBe("blobCreated");
  });

  it("has cron in words where they are short, else as it is", () => {
    expect(
      ["*/5 * * * *", "* * * * *", "7 * * * *", "0 6 * * mon-fri", "0 6 1 * *", "0 0 6 * * *"].map(cronText),
    ).toEqual([
      "every 5 minutes",
      "every minute",
      "every hour at 7 min past",
      "mon-fri at 06:00",
      "cron 0 6 1 * *",
      "cron 0 0 6 * * *",
    ]);
  });

  it("is tried with an event of its kind", () => {
    expect(sampleEvent(blobs, 0)).toEqual({
      kind: "blobCreated",
      name: "in/set/file.csv",
      etag: "0x1",
      size: 1,
    });
    const blob = { name: "file", etag: "0x1", size: 1 };
    expect(sampleEvent(bursts, 0)).toEqual({ kind: "blobBatch", id: "sample", blobs: [blob] });
    expect(sampleEvent(trigger({ webhook: {} }), 0)).toEqual({ kind: "webhook", id: "sample", text: "{}" });
    expect(sampleEvent(trigger({ schedule: {} }), 61_000)).toEqual({
      kind: "schedule",
      time: "1970-01-01T00:02:00.000Z",
    });
    expect(sampleEvent(trigger({ queueMessage: { queue: "q" } }, { epochs: 3 }), 0)).toMatchObject({
      text: '{"epochs":3}',
    });
  });

  it("tells what a firing was about", () => {
    const about = (event: object) => eventText({ event } as unknown as FiringWire["properties"]);
    expect(about({ kind: "schedule", time: "T", edge: "gap" })).toBe("due T, gap");
    expect(about({ kind: "blobBatch", blobs: [1, 2] })).toBe("2 blobs");
    expect(about({ kind: "run", id: "r" })).toBe("run r");
  });
});
