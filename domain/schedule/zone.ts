// Wall-clock time in the zones of the IANA database, as Intl knows them. Wall-clock times are milliseconds as if the clock
// were UTC's.
const formats = new Map<string, Intl.DateTimeFormat>();

export function isTimeZone(name: string): boolean {
  if (!/^(?:UTC|GMT|[A-Za-z_]+(?:\/[\w+-]+)+)$/.test(name)) return false;
  try {
    formatOf(name);
    return true;
  } catch {
    return false;
  }
}

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    hourCycle: "h23",
    era: "short",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  formats.set(zone, format);
  return format;
}

/** How far the zone's clock is ahead of UTC at a moment, in milliseconds. */
export function offsetAt(zone: string, moment: number): number {
  if (zone === "UTC") return 0;
  const whole = Math.floor(moment / 1000) * 1000;
  const part: Record<string, number> = {};
  for (const { type, value } of formatOf(zone).formatToParts(new Date(whole))) part[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part;
  return Date.UTC(year, month - 1, day, hour, minute, second) - whole;
}

/** The first moment, to the second, at which the offset is not what it was at `from`; it has changed by `to`. */
export function changeOfOffset(zone: string, from: number, to: number): number {
  const before = offsetAt(zone, from);
  let [same, other] = [Math.floor(from / 1000), Math.ceil(to / 1000)];
  while (other - same > 1) {
    const middle = Math.floor((same + other) / 2);
    if (offsetAt(zone, middle * 1000) === before) same = middle;
    else other = middle;
  }
  return other * 1000;
}

/** True for a moment whose wall-clock time was shown once before, because the clock was set back. */
export function isRepeated(zone: string, moment: number): boolean {
  const offset = offsetAt(zone, moment);
  const wall = moment + offset;
  const before = offsetAt(zone, moment - longestSetBackMs);
  if (before <= offset) return false;
  const earlier = wall - before;
  return earlier < moment && offsetAt(zone, earlier) === before;
}
/** Clocks are set back by an hour, rarely by another time; dates were repeated by islands that changed their side. */
const longestSetBackMs = 3 * 3_600_000;
