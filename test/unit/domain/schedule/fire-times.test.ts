import { Cron } from "croner";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readCron } from "../../../../domain/schedule/cron.ts";
import { fireTimesAfter, nextFireTime } from "../../../../domain/schedule/fire-times.ts";
import { Schedule } from "../../../../domain/schedule/schema.ts";
import { parse } from "../../../../domain/shared/parse.ts";

const schedule = (given: object) => parse(Schedule, given);
const times = (given: object, from: string, count = 4) =>
  fireTimesAfter(schedule(given), Date.parse(from), count).map(
    ({ at, edge }) =>
      `${new Date(at).toISOString().replace(".000", "")}${edge === undefined ? "" : ` ${edge}`}`,
  );
const berlin = { timeZone: "Europe/Berlin" };

describe("a cron expression", () => {
  it.each([
    ["30 2 * * *", ["2026-01-01T02:30:00Z", "2026-01-02T02:30:00Z"]],
    ["*/20 * * * * *", ["2026-01-01T00:00:20Z", "2026-01-01T00:00:40Z"]],
    ["0 9 * * mon-fri", ["2026-01-01T09:00:00Z", "2026-01-02T09:00:00Z", "2026-01-05T09:00:00Z"]],
    ["0 0 29 2 *", ["2028-02-29T00:00:00Z", "2032-02-29T00:00:00Z"]],
    ["0 0 13 * 5", ["2026-01-02T00:00:00Z", "2026-01-09T00:00:00Z", "2026-01-13T00:00:00Z"]],
    ["0 12 * JAN 7", ["2026-01-04T12:00:00Z", "2026-01-11T12:00:00Z"]],
  ])("%s fires when crontab would", (cron, expected) => {
    expect(times({ cron }, "2026-01-01T00:00:00Z", expected.length)).toEqual(expected);
  });

  it.each([
    ["* * * *", "five fields"],
    ["61 * * * *", "minute is from 0 to 59"],
    ["0 24 * * *", "hour is from 0 to 23"],
    ["0 0 L * *", "day of the month is from 1 to 31, not 'L'"],
    ["0 0 * * 5#2", "no L, W or #"],
    ["0 0 * foo *", "month is from 1 to 12"],
    ["*/0 * * * *", "step from 1 to 59"],
    ["0 5-3 * * *", "begin with the smaller"],
    ["0 0 30 2 *", "a time that comes"],
  ])("%s is refused, and the field is named", (cron, words) => {
    expect(() => schedule({ cron })).toThrow(words);
    expect(() => schedule({ cron })).toThrow("cron: ");
  });

  it("fires when another program says, whatever the expression", () => {
    const number = (from: number, to: number) => fc.integer({ min: from, max: to });
    const field = (from: number, to: number) =>
      fc.oneof(
        fc.constant("*"),
        number(from, to).map(String),
        // `*/2` is a restricted day for the other program, for crontab it is not.
        number(2, 20).map((step) => `${to === 31 || to === 6 ? `${from}-${to}` : "*"}/${Math.min(step, to)}`),
        fc.tuple(number(from, to), number(from, to)).map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`),
        fc.tuple(number(from, to), number(from, to)).map((both) => both.join(",")),
      );
    const expressions = fc
      .tuple(field(0, 59), field(0, 59), field(0, 23), field(1, 31), field(1, 12), field(0, 6))
      .map((fields) => fields.join(" "));
    const moments = fc.integer({ min: Date.UTC(2024, 0, 1), max: Date.UTC(2032, 0, 1) });
    fc.assert(
      fc.property(expressions, moments, (cron, moment) => {
        fc.pre("value" in readCron(cron));
        const found = nextFireTime(schedule({ cron }), moment);
        const theirs = new Cron(cron, { timezone: "UTC" }).nextRun(new Date(moment));
        expect(found?.at).toBe(theirs?.getTime());
      }),
      { numRuns: 200, seed: 1 },
    );
  });
});

describe("a schedule on a clock that is set forward", () => {
  it("fires at the change what was meant for a time that does not exist, once", () => {
    expect(times({ cron: "30 2 * * *", ...berlin }, "2026-03-28T00:00:00Z")).toEqual([
      "2026-03-28T01:30:00Z",
      "2026-03-29T01:00:00Z gap",
      "2026-03-30T00:30:00Z",
      "2026-03-31T00:30:00Z",
    ]);
    expect(times({ cron: "0,15,30 2 * * *", ...berlin }, "2026-03-29T00:00:00Z", 2)).toEqual([
      "2026-03-29T01:00:00Z gap",
      "2026-03-30T00:00:00Z",
    ]);
  });

  it("leaves the time out where that is wanted", () => {
    expect(times({ cron: "30 2 * * *", gap: "skip", ...berlin }, "2026-03-28T12:00:00Z", 1)).toEqual([
      "2026-03-30T00:30:00Z",
    ]);
  });

  it("goes on in even steps when it is one of every hour", () => {
    expect(times({ cron: "*/30 * * * *", ...berlin }, "2026-03-29T00:00:00Z", 3)).toEqual([
      "2026-03-29T00:30:00Z",
      "2026-03-29T01:00:00Z",
      "2026-03-29T01:30:00Z",
    ]);
  });
});

describe("a schedule on a clock that is set back", () => {
  it("fires the first time that a time is shown", () => {
    expect(times({ cron: "30 2 * * *", ...berlin }, "2026-10-24T12:00:00Z", 2)).toEqual([
      "2026-10-25T00:30:00Z",
      "2026-10-26T01:30:00Z",
    ]);
  });

  it("fires both times where that is wanted, and always when it is one of every hour", () => {
    const twice = { cron: "30 2 * * *", overlapHour: "both", ...berlin };
    expect(times(twice, "2026-10-24T12:00:00Z", 3)).toEqual([
      "2026-10-25T00:30:00Z",
      "2026-10-25T01:30:00Z repeated",
      "2026-10-26T01:30:00Z",
    ]);
    expect(times({ cron: "0 * * * *", ...berlin }, "2026-10-24T23:30:00Z", 4)).toEqual([
      "2026-10-25T00:00:00Z",
      "2026-10-25T01:00:00Z repeated",
      "2026-10-25T02:00:00Z",
      "2026-10-25T03:00:00Z",
    ]);
  });

  it("is right where the clock moves by half an hour, too", () => {
    expect(times({ cron: "45 1 * * *", timeZone: "Australia/Lord_Howe" }, "2026-04-04T00:00:00Z", 2)).toEqual(
      ["2026-04-04T14:45:00Z", "2026-04-05T15:15:00Z"],
    );
  });
});

describe("a schedule in any zone", () => {
  const zones = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "America/Sao_Paulo",
  ];
  it("has fire times that grow, wherever one begins to look", () => {
    const crons = ["30 2 * * *", "0 0 1 * *", "*/7 * * * *", "15 1,2,3 * * sun", "0 4 29 2 *"];
    const edges = fc.integer({ min: Date.UTC(2026, 2, 1), max: Date.UTC(2026, 10, 10) });
    fc.assert(
      fc.property(fc.constantFrom(...zones), fc.constantFrom(...crons), edges, (timeZone, cron, from) => {
        const all = fireTimesAfter(schedule({ cron, timeZone }), from, 6).map(({ at }) => at);
        expect(all).toHaveLength(6);
        expect(all.every((at, index) => at > (all[index - 1] ?? from))).toBe(true);
        // Looking from any of them finds the next: nothing depends on where one began.
        const middle = all[2] ?? 0;
        expect(fireTimesAfter(schedule({ cron, timeZone }), middle, 3).map(({ at }) => at)).toEqual(
          all.slice(3),
        );
      }),
      { numRuns: 150, seed: 2 },
    );
  });

  it("is refused when there is no such zone", () => {
    expect(() => schedule({ cron: "0 0 * * *", timeZone: "Europe/Atlantis" })).toThrow(
      "timeZone: expected a zone",
    );
    expect(() => schedule({ cron: "0 0 * * *", timeZone: "W. Europe Standard Time" })).toThrow("timeZone");
  });
});

describe("a recurrence", () => {
  const start = "2026-03-27T09:00:00Z";
  it.each([
    [{ frequency: "minute", interval: 90 }, ["2026-03-27T09:00:00Z", "2026-03-27T10:30:00Z"]],
    [{ frequency: "day", interval: 2 }, ["2026-03-27T09:00:00Z", "2026-03-29T08:00:00Z"]],
    [
      { frequency: "week", weekDays: ["Monday", "Friday"], hours: [6], minutes: [15] },
      ["2026-03-30T04:15:00Z", "2026-04-03T04:15:00Z"],
    ],
    [{ frequency: "month", monthDays: [31] }, ["2026-03-31T08:00:00Z", "2026-05-31T08:00:00Z"]],
  ])("%j counts from its start", (recurrence, expected) => {
    expect(times({ recurrence, start, ...berlin }, "2026-03-01T00:00:00Z", 2)).toEqual(expected);
  });

  it("is refused where it says what cannot be", () => {
    const refused = (recurrence: object, more: object = { start }) =>
      expect(() => schedule({ recurrence, ...more }));
    refused({ frequency: "day" }, {}).toThrow("start: is required with a recurrence");
    refused({ frequency: "day", weekDays: ["Monday"] }).toThrow("weekDays: is for frequency week only");
    refused({ frequency: "hour", hours: [1] }).toThrow("hours: is for frequency day, week or month only");
    refused({ frequency: "year" }).toThrow("frequency: expected one of 'minute'");
  });
});

describe("a schedule with a start and an end", () => {
  it("fires from the one on, and before the other", () => {
    const given = { cron: "0 * * * *", start: "2026-01-01T02:00:00Z", end: "2026-01-01T04:00:00Z" };
    expect(times(given, "2026-01-01T00:00:00Z")).toEqual(["2026-01-01T02:00:00Z", "2026-01-01T03:00:00Z"]);
  });

  it("states its defaults, and is refused where two things exclude each other", () => {
    expect(schedule({ cron: "0 * * * *" })).toEqual({
      cron: "0 * * * *",
      timeZone: "UTC",
      catchup: "last",
      gap: "next",
    });
    expect(() => schedule({})).toThrow("cron: is required, expected a cron expression, or a recurrence");
    expect(() =>
      schedule({ cron: "0 * * * *", start: "2026-02-01T00:00:00Z", end: "2026-01-01T00:00:00Z" }),
    ).toThrow("end: expected a time after start");
  });
});
