import { describe, expect, it } from "vitest";
import { parseSchedule } from "../../../../local/functions-host/triggers/schedule.ts";

const after = (schedule: string, from: string, timeZone?: string) => {
  const next = parseSchedule(schedule, timeZone).next(Date.parse(from));
  return next === undefined ? undefined : new Date(next).toISOString();
};

describe("an NCRONTAB schedule", () => {
  it.each([
    ["0 */5 * * * *", "2026-01-01T00:00:00Z", "2026-01-01T00:05:00.000Z"],
    ["*/15 * * * * *", "2026-01-01T00:00:14.999Z", "2026-01-01T00:00:15.000Z"],
    ["0 30 9 * * Mon-Fri", "2026-01-02T10:00:00Z", "2026-01-05T09:30:00.000Z"],
    ["0 30 9 * Jan monday", "2026-01-02T10:00:00Z", "2026-01-05T09:30:00.000Z"],
    ["0 0 9-17/4 * * *", "2026-01-01T10:00:00Z", "2026-01-01T13:00:00.000Z"],
    ["0 0 5/10 * * *", "2026-01-01T06:00:00Z", "2026-01-01T15:00:00.000Z"],
    ["*/5 * * * *", "2026-01-01T00:01:00Z", "2026-01-01T00:05:00.000Z"],
    ["0 0 0 29 2 *", "2026-01-01T00:00:00Z", "2028-02-29T00:00:00.000Z"],
  ])("%s after %s is %s", (schedule, from, next) => {
    expect(after(schedule, from)).toBe(next);
  });

  it("wants day of month AND day of week, unlike Unix cron", () => {
    expect(after("0 0 0 13 * Fri", "2026-01-01T00:00:00Z")).toBe("2026-02-13T00:00:00.000Z");
  });

  it("is in UTC unless a time zone is named, across the change to summer time", () => {
    expect(after("0 0 12 * * *", "2026-03-28T13:00:00Z", "Europe/Berlin")).toBe("2026-03-29T10:00:00.000Z");
    expect(after("0 0 12 * * *", "2026-03-27T13:00:00Z", "Europe/Berlin")).toBe("2026-03-28T11:00:00.000Z");
  });

  it("may be a constant interval", () => {
    expect(after("01:30:00", "2026-01-01T00:00:00Z")).toBe("2026-01-01T01:30:00.000Z");
  });

  it.each([
    ["0 0 0 L * *", "'L' in its days"],
    ["0 0 0 ? * 1", "'?' in its days"],
    ["0 0 0 * * 5#2", "'5#2' in its days of the week"],
    ["0 60 * * * *", "'60' in its minutes"],
    ["0 0 22-2 * * *", "'22-2' in its hours"],
    ["0 0 0 * * 7", "'7' in its days of the week"],
    ["0 0 */0 * * *", "'*/0' in its hours"],
    ["* * * *", "must have six fields"],
    ["@daily", "must have six fields"],
    ["", "must have six fields"],
  ])("%s is refused", (schedule, reason) => {
    expect(() => parseSchedule(schedule)).toThrow(reason);
  });

  it("with an unknown time zone is refused", () => {
    expect(() => parseSchedule("0 0 0 * * *", "Middle/Earth")).toThrow("Middle/Earth");
  });
});
