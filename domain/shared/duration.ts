// ISO 8601 durations as Batch AI uses them. Accepts `PT1H`, `P7D`, `P1DT2H`, and the .NET form `7.00:00:00` that the
// published default has; writes the shortest ISO form. Years and months are refused: their length is not fixed.

const iso = /^P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:[.,]\d{1,7})?)S)?)?$/;
const dotNet = /^(?:(\d+)\.)?(\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.(\d{1,7}))?$/;
const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** Milliseconds (whole, fractions below one are cut), or undefined when the text is no duration. */
export function parseDuration(text: string): number | undefined {
  const total = parseIso(text.trim().toUpperCase()) ?? parseDotNet(text.trim());
  return total !== undefined && Number.isSafeInteger(total) ? total : undefined;
}

function parseIso(text: string): number | undefined {
  const match = iso.exec(text);
  if (match === null || text.endsWith("T") || text === "P") return undefined;
  const [weeks = 0, days = 0, hours = 0, minutes = 0] = match.slice(1, 5).map((part) => Number(part ?? 0));
  const seconds = Number((match[5] ?? "0").replace(",", "."));
  return (weeks * 7 + days) * day + hours * hour + minutes * minute + Math.floor(seconds * second + 1e-6);
}

function parseDotNet(text: string): number | undefined {
  const match = dotNet.exec(text);
  if (match === null) return undefined;
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = match.slice(1, 5).map((part) => Number(part ?? 0));
  if (hours > 23 || minutes > 59 || seconds > 59) return undefined;
  const fraction = Math.floor(Number(`0.${match[5] ?? "0"}`) * second + 1e-6);
  return days * day + hours * hour + minutes * minute + seconds * second + fraction;
}

/** `P7D`, `PT1H30M`, `P1DT0.5S`, `PT0S`. Expects a whole number of milliseconds from 0. */
export function formatDuration(ms: number): string {
  if (!Number.isSafeInteger(ms) || ms < 0) throw new Error(`not a duration in milliseconds: ${ms}`);
  const days = Math.floor(ms / day);
  const hours = Math.floor((ms % day) / hour);
  const minutes = Math.floor((ms % hour) / minute);
  const seconds = (ms % minute) / second;
  const time = [
    hours > 0 ? `${hours}H` : "",
    minutes > 0 ? `${minutes}M` : "",
    seconds > 0 || ms === 0 ? `${seconds}S` : "",
  ].join("");
  return `P${days > 0 ? `${days}D` : ""}${time === "" ? "" : `T${time}`}`;
}

/** The canonical text of a duration in either form; undefined when it is none. */
export function canonicalDuration(text: string): string | undefined {
  const ms = parseDuration(text);
  return ms === undefined ? undefined : formatDuration(ms);
}
