// Recurrences: every so many minutes, hours, days, weeks or months. Minutes and hours count the time that passes since `start`;
// the others are days of the calendar, at given times of the zone's clock, every so many of them counted from the day of `start`.
import { z } from "zod";
import { choice, wholeNumber } from "../shared/fields.ts";

const frequencies = ["minute", "hour", "day", "week", "month"] as const;
const weekdays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"] as const;

const several = <Item extends z.ZodType>(item: Item) =>
  z.array(item).min(1, "expected a list that is not empty");

export const Recurrence = z
  .object({
    frequency: choice(frequencies),
    interval: wholeNumber(1, 1000).default(1),
    hours: several(wholeNumber(0, 23)).optional(),
    minutes: several(wholeNumber(0, 59)).optional(),
    weekDays: several(choice(weekdays)).optional(),
    monthDays: several(wholeNumber(1, 31)).optional(),
  })
  .superRefine((given, context) => {
    const refuse = (name: string, when: string) =>
      context.addIssue({ code: "custom", path: [name], message: `is for ${when} only; leave it out` });
    const { frequency } = given;
    if (frequency === "minute" || frequency === "hour")
      for (const name of ["hours", "minutes"] as const)
        if (given[name] !== undefined) refuse(name, "frequency day, week or month");
    if (given.weekDays !== undefined && frequency !== "week") refuse("weekDays", "frequency week");
    if (given.monthDays !== undefined && frequency !== "month") refuse("monthDays", "frequency month");
  });
export type Recurrence = z.infer<typeof Recurrence>;

const dayMs = 86_400_000;

/** Milliseconds between two fire times of a recurrence that counts passing time; undefined for days of the calendar. */
export function periodOf({ frequency, interval }: Recurrence): number | undefined {
  if (frequency === "minute") return interval * 60_000;
  return frequency === "hour" ? interval * 3_600_000 : undefined;
}

/** @param start wall-clock time of the start: its day counts as the first, its time where no times are given. */
export function nextWallTimeOf(recurrence: Recurrence, start: number, after: number): number | undefined {
  const times = timesOf(recurrence, start);
  const first = Math.floor(start / dayMs) * dayMs;
  const from = Math.max(after, start - 1);
  const last = from + mostDays(recurrence) * dayMs;
  for (let day = Math.floor(from / dayMs) * dayMs; day <= last; day += dayMs) {
    if (!isDay(recurrence, first, day)) continue;
    const time = times.find((each) => day + each > from);
    if (time !== undefined) return day + time;
  }
  return undefined;
}

/** Day 31 every so many months may come seldom, but comes within so many rounds or never. */
const mostDays = ({ frequency, interval }: Recurrence) =>
  ({ minute: 1, hour: 1, day: 1, week: 8, month: 31 * 13 })[frequency] * interval + 2;

function timesOf({ hours, minutes }: Recurrence, start: number): readonly number[] {
  const time = new Date(start);
  const minutesOf = minutes ?? [hours === undefined ? time.getUTCMinutes() : 0];
  const seconds = hours === undefined && minutes === undefined ? time.getUTCSeconds() * 1000 : 0;
  return (hours ?? [time.getUTCHours()])
    .flatMap((hour) => minutesOf.map((minute) => hour * 3_600_000 + minute * 60_000 + seconds))
    .sort((a, b) => a - b);
}

function isDay(recurrence: Recurrence, first: number, day: number): boolean {
  const { frequency, interval, weekDays, monthDays } = recurrence;
  const [date, origin] = [new Date(day), new Date(first)];
  if (frequency === "month") {
    const months = (each: Date) => each.getUTCFullYear() * 12 + each.getUTCMonth();
    if ((months(date) - months(origin)) % interval !== 0) return false;
    return (monthDays ?? [origin.getUTCDate()]).includes(date.getUTCDate());
  }
  if (frequency === "week") {
    const names = weekDays ?? [weekdays[origin.getUTCDay()] ?? "Sunday"];
    const weeks = (weekOf(day) - weekOf(first)) / 7;
    return weeks % interval === 0 && names.some((name) => name === weekdays[date.getUTCDay()]);
  }
  return ((day - first) / dayMs) % interval === 0;
}

/** Number of the day on which the week of a day begins; weeks begin on Monday (ISO 8601). 1 January 1970 was a Thursday. */
function weekOf(day: number): number {
  const number = day / dayMs;
  return number - ((number + 3) % 7);
}
