// The fire times of a schedule as moments, in order, each once. Time passes piece by piece, from one change of the zone's offset
// to the next. A time that is skipped when the clock is set forward fires at the change, once however many there are; one
// that is shown twice fires the first time. A schedule of every hour follows the time that passes: it fires both times.
import { nextWallTime, readCron } from "./cron.ts";
import { nextWallTimeOf, periodOf } from "./recurrence.ts";
import type { Schedule } from "./schema.ts";
import { changeOfOffset, isRepeated, offsetAt } from "./zone.ts";

export interface FireTime {
  /** Epoch milliseconds. */
  readonly at: number;
  /** `gap`: the time that was meant does not exist on that day; `repeated`: the clock shows it for the second time. */
  readonly edge?: "gap" | "repeated";
}

/** The first fire time after a moment. */
export function nextFireTime(schedule: Schedule, after: number): FireTime | undefined {
  const start = schedule.start === undefined ? undefined : Date.parse(schedule.start);
  const from = start === undefined ? after : Math.max(after, start - 1);
  const period = schedule.recurrence === undefined ? undefined : periodOf(schedule.recurrence);
  const next =
    period === undefined || start === undefined
      ? onTheClock(schedule, from)
      : { at: start + Math.floor((from - start) / period + 1) * period };
  if (next === undefined || (schedule.end !== undefined && next.at >= Date.parse(schedule.end)))
    return undefined;
  return next;
}

/** The next few. */
export function fireTimesAfter(schedule: Schedule, after: number, count: number): readonly FireTime[] {
  const found: FireTime[] = [];
  for (let next = nextFireTime(schedule, after); next !== undefined && found.length < count;) {
    found.push(next);
    next = nextFireTime(schedule, next.at);
  }
  return found;
}

interface Calendar {
  next(wall: number): number | undefined;
  readonly everyHour: boolean;
}

function calendarOf({ cron, recurrence, start = "", timeZone }: Schedule): Calendar {
  const read = cron === undefined ? undefined : readCron(cron);
  if (read !== undefined && "value" in read)
    return { next: (wall) => nextWallTime(read.value, wall), everyHour: read.value.everyHour };
  if (recurrence === undefined) throw new Error("A schedule has a cron expression or a recurrence.");
  const first = Date.parse(start);
  const wallStart = first + offsetAt(timeZone, first);
  return { next: (wall) => nextWallTimeOf(recurrence, wallStart, wall), everyHour: false };
}

/** Changes of offset that may lie between two fire times, with room. */
const mostPieces = 200;

function onTheClock(schedule: Schedule, after: number): FireTime | undefined {
  const { timeZone: zone, gap } = schedule;
  const calendar = calendarOf(schedule);
  const twice = (schedule.overlapHour ?? (calendar.everyHour ? "both" : "first")) === "both";
  let offset = offsetAt(zone, after);
  let cursor = after + offset;
  let moment = after;
  for (let piece = 0; piece < mostPieces; piece += 1) {
    const wall = calendar.next(cursor);
    if (wall === undefined) return undefined;
    const at = wall - offset;
    if (offsetAt(zone, at) === offset) {
      const repeated = isRepeated(zone, at);
      if (!repeated || twice) return repeated ? { at, edge: "repeated" } : { at };
      [cursor, moment] = [wall, at];
      continue;
    }
    const change = changeOfOffset(zone, moment, at);
    const later = offsetAt(zone, change);
    // Where every hour is meant, the hour after the gap has its own.
    const skipped = later > offset && !calendar.everyHour && gap === "next";
    if (skipped && wall < change + later && wall >= change + offset) return { at: change, edge: "gap" };
    [cursor, moment, offset] = [change + later - 1, change, later];
  }
  return undefined;
}
