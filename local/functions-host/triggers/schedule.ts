// When a timer fires: NCRONTAB (six fields, seconds first; five are accepted) or a constant interval hh:mm:ss ("Timer trigger for Azure Functions").
// Day-of-month AND day-of-week must both match, unlike Unix cron. Times are UTC unless WEBSITE_TIME_ZONE names a zone. Pure.
import { Cron } from "croner";
import { parseTimeSpan } from "../app/host-json.ts";

export interface Schedule {
  /** False when the offset from UTC plays no part. */
  readonly adjustForDst: boolean;
  /** First occurrence after `afterMs`; undefined when there is none. */
  next(afterMs: number): number | undefined;
}

interface Field {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly names?: readonly string[];
}

const months = [
  "january",
  "february",
  "march",
  "april",
  "may",
  "june",
  "july",
  "august",
  "september",
  "october",
  "november",
  "december",
];
const days = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];
const fields: readonly Field[] = [
  { name: "seconds", min: 0, max: 59 },
  { name: "minutes", min: 0, max: 59 },
  { name: "hours", min: 0, max: 23 },
  { name: "days", min: 1, max: 31 },
  { name: "months", min: 1, max: 12, names: months },
  { name: "days of the week", min: 0, max: 6, names: days },
];

/** Throws an Error that names the field at fault. */
export function parseSchedule(text: string, timeZone = "UTC"): Schedule {
  const interval = parseTimeSpan(text.trim());
  if (interval !== undefined) {
    if (interval <= 0) throw new Error(`the schedule '${text}' must be longer than nothing`);
    return { adjustForDst: false, next: (afterMs) => afterMs + interval };
  }
  const parts = text.trim().split(/\s+/);
  if (parts.length === 5) parts.unshift("0");
  if (parts.length !== 6)
    throw new Error(
      `the schedule '${text}' must have six fields: {second} {minute} {hour} {day} {month} {day-of-week}`,
    );
  const pattern = parts.map((part, index) => normalField(part, fields[index]!, text)).join(" ");
  try {
    const cron = new Cron(pattern, { mode: "6-part", domAndDow: true, timezone: timeZone, paused: true });
    // Only a calculation tells whether the time zone exists.
    cron.nextRun(new Date(0));
    return { adjustForDst: true, next: (afterMs) => cron.nextRun(new Date(afterMs))?.getTime() };
  } catch (error) {
    throw new Error(
      `the schedule '${text}' is not a valid NCRONTAB expression in time zone '${timeZone}': ${(error as Error).message}`,
      { cause: error },
    );
  }
}

/** NCRONTAB knows `* , - /` and names, and no `L W ? #`. A start with a step (`5/15`) runs to the end of the field. */
function normalField(text: string, field: Field, schedule: string): string {
  return text
    .split(",")
    .map((item) => {
      const [range = "", step, ...more] = item.split("/");
      const bounds = range === "*" ? [] : range.split("-").map((bound) => toNumber(bound, field));
      const wrong =
        more.length > 0 ||
        bounds.length > 2 ||
        bounds.some((bound) => bound === undefined) ||
        (step !== undefined && !/^[1-9]\d*$/.test(step));
      if (wrong || (bounds.length === 2 && bounds[0]! > bounds[1]!))
        throw new Error(
          `the schedule '${schedule}' has '${item}' in its ${field.name}, where only numbers from ${field.min} to ${field.max}${field.names ? ", names" : ""} and * , - / are understood`,
        );
      if (range === "*") return step === undefined ? "*" : `*/${step}`;
      const [from, to] = bounds;
      if (step === undefined) return bounds.join("-");
      return `${from}-${to ?? field.max}/${step}`;
    })
    .join(",");
}

function toNumber(text: string, field: Field): number | undefined {
  if (/^\d+$/.test(text)) {
    const number = Number(text);
    return number >= field.min && number <= field.max ? number : undefined;
  }
  const at =
    text.length < 3 ? -1 : (field.names ?? []).findIndex((name) => name.startsWith(text.toLowerCase()));
  return at < 0 ? undefined : at + field.min;
}
