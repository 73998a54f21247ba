// Cron expressions of five fields (minute hour day month weekday) or six (with seconds first), read into the values that match.
// As in crontab: where both days are restricted, one that matches either does; 0 and 7 are Sunday; names are English.
// Times here are wall-clock times, counted in milliseconds as if the clock were UTC's; zone.ts knows real ones.
import type { Read } from "../shared/read.ts";

export interface Cron {
  readonly seconds: readonly number[];
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly days: ReadonlySet<number>;
  readonly months: ReadonlySet<number>;
  readonly weekdays: ReadonlySet<number>;
  /** Of the two kinds of days, whether each is restricted. */
  readonly restricts: { readonly days: boolean; readonly weekdays: boolean };
  /** Its hour is `*`, or a step of it: such a schedule follows the time that passes, not the face of the clock. */
  readonly everyHour: boolean;
}

interface Field {
  readonly word: string;
  readonly from: number;
  readonly to: number;
  readonly names?: readonly string[];
}

const monthNames = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const weekdayNames = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const fields: readonly Field[] = [
  { word: "second", from: 0, to: 59 },
  { word: "minute", from: 0, to: 59 },
  { word: "hour", from: 0, to: 23 },
  { word: "day of the month", from: 1, to: 31 },
  { word: "month", from: 1, to: 12, names: monthNames },
  { word: "day of the week", from: 0, to: 7, names: weekdayNames },
];

export function readCron(text: string): Read<Cron> {
  const parts = text.trim().split(/\s+/);
  if (parts.length !== 5 && parts.length !== 6)
    return {
      problem: "expected five fields (minute hour day month weekday), or six with seconds first",
    };
  const given = parts.length === 5 ? ["0", ...parts] : parts;
  const read: ReadonlySet<number>[] = [];
  for (const [at, field] of fields.entries()) {
    const found = readField(given[at] ?? "", field);
    if ("problem" in found) return found;
    read.push(found.value);
  }
  const set = (at: number) => read[at] ?? new Set<number>();
  const sorted = (at: number) => [...set(at)].sort((a, b) => a - b);
  const cron: Cron = {
    seconds: sorted(0),
    minutes: sorted(1),
    hours: sorted(2),
    days: set(3),
    months: set(4),
    weekdays: new Set([...set(5)].map((day) => day % 7)),
    restricts: { days: !startsWide(given[3]), weekdays: !startsWide(given[5]) },
    everyHour: startsWide(given[2]),
  };
  if (nextWallTime(cron, anyMoment) === undefined)
    return { problem: `expected a time that comes; no day of the calendar matches '${text.slice(0, 60)}'` };
  return { value: cron };
}

/** Every kind of year lies within the years looked at from here. */
const anyMoment = Date.UTC(2026, 0, 1);
const startsWide = (text: string | undefined) => text === "?" || text?.startsWith("*") === true;

function readField(text: string, field: Field): Read<ReadonlySet<number>> {
  const values = new Set<number>();
  for (const item of text.split(",")) {
    const range = readRange(item, field);
    if ("problem" in range) return range;
    const { from, to, step } = range.value;
    for (let value = from; value <= to; value += step) values.add(value);
  }
  return { value: values };
}

interface Range {
  readonly from: number;
  readonly to: number;
  readonly step: number;
}

function readRange(item: string, field: Field): Read<Range> {
  const { word, from: least, to: most } = field;
  const wrong = (what: string) => ({
    problem: `expected a cron expression whose ${word} ${what}, not '${item.slice(0, 30)}'`,
  });
  const match = /^(?:(\*|\?)|(\w+)(?:-(\w+))?)(?:\/(\d+))?$/.exec(item);
  if (match === null)
    return wrong("is a value, a range 'a-b', a step '*/n', or such with commas between (no L, W or #)");
  const [, wide, first = "", last, stepText] = match;
  const step = stepText === undefined ? 1 : Number(stepText);
  if (step < 1 || step > most) return wrong(`has a step from 1 to ${most}`);
  if (wide !== undefined)
    return { value: { from: least, to: field.names === weekdayNames ? 6 : most, step } };
  const from = valueOf(first, field);
  const to = last !== undefined ? valueOf(last, field) : stepText === undefined ? from : most;
  if (from === undefined || to === undefined) return wrong(`is from ${least} to ${most}`);
  if (from > to) return wrong("has ranges that begin with the smaller value");
  return { value: { from, to, step } };
}

function valueOf(text: string, { from, to, names = [] }: Field): number | undefined {
  const named = names.indexOf(text.toLowerCase());
  if (named >= 0) return named + (from === 1 ? 1 : 0);
  const value = /^\d{1,2}$/.test(text) ? Number(text) : Number.NaN;
  return value >= from && value <= to ? value : undefined;
}

const dayMs = 86_400_000;
/** 29 February on a given weekday comes at the latest after so many years (1896–1904 and the like included). */
const yearsAhead = 41;

/** The first wall-clock time after another that the expression matches. */
export function nextWallTime(cron: Cron, after: number): number | undefined {
  const from = Math.floor(after / 1000) * 1000 + 1000;
  let day = Math.floor(from / dayMs) * dayMs;
  const end = day + yearsAhead * 366 * dayMs;
  let earliest = from - day;
  while (day < end) {
    const date = new Date(day);
    if (!cron.months.has(date.getUTCMonth() + 1)) {
      day = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1);
      earliest = 0;
      continue;
    }
    const time = matchesDay(cron, date) ? timeOfDay(cron, earliest) : undefined;
    if (time !== undefined) return day + time;
    day += dayMs;
    earliest = 0;
  }
  return undefined;
}

function matchesDay({ days, weekdays, restricts }: Cron, date: Date): boolean {
  const [byDay, byWeekday] = [days.has(date.getUTCDate()), weekdays.has(date.getUTCDay())];
  return restricts.days && restricts.weekdays ? byDay || byWeekday : byDay && byWeekday;
}

/** The first matching time of a day, in milliseconds from its beginning, at or after another. */
function timeOfDay({ hours, minutes, seconds }: Cron, earliest: number): number | undefined {
  for (const hour of hours) {
    if ((hour + 1) * 3_600_000 <= earliest) continue;
    for (const minute of minutes) {
      const start = hour * 3_600_000 + minute * 60_000;
      if (start + 60_000 <= earliest) continue;
      const second = seconds.find((each) => start + each * 1000 >= earliest);
      if (second !== undefined) return start + second * 1000;
    }
  }
  return undefined;
}
