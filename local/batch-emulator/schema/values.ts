// Building blocks of the wire schemas: durations, case-insensitive enumerations, ids, names. Invariant: what a schema
// lets through is in canonical form (enumerations in the spelling that the service emits, durations normalised), so
// that nothing behind it needs to think about spelling.
import { z } from "zod";

/** The service's "infinite" duration, .NET's TimeSpan.MaxValue. */
export const infiniteDuration = "P10675199DT2H48M5.4775807S";
const infiniteMs = 922_337_203_685_477;

const pattern =
  /^(-)?P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.(\d+))?S)?)?$/;

/** Milliseconds of an ISO-8601 duration (a year is 365 days, a month 30); Infinity for TimeSpan.MaxValue; undefined
 *  when the text is no duration. */
export function durationMs(text: string): number | undefined {
  const match = pattern.exec(text);
  if (!match || text.endsWith("P") || text.endsWith("T")) return undefined;
  const part = (index: number) => Number(match[index] ?? 0);
  const days = part(2) * 365 + part(3) * 30 + part(4) * 7 + part(5);
  const fraction = match[9] === undefined ? 0 : Number(`0.${match[9]}`);
  const ms = ((days * 24 + part(6)) * 60 + part(7)) * 60_000 + (part(8) + fraction) * 1000;
  const signed = match[1] === "-" ? -ms : ms;
  return signed >= infiniteMs ? Infinity : signed;
}

/** Canonical ISO-8601 text of a duration: days, hours, minutes, seconds. */
export function formatDuration(ms: number): string {
  if (!Number.isFinite(ms) || ms >= infiniteMs) return infiniteDuration;
  const sign = ms < 0 ? "-" : "";
  let left = Math.round(Math.abs(ms));
  const take = (unit: number) => {
    const count = Math.floor(left / unit);
    left -= count * unit;
    return count;
  };
  const days = take(86_400_000);
  const hours = take(3_600_000);
  const minutes = take(60_000);
  const seconds = left / 1000;
  const time = `${hours ? `${hours}H` : ""}${minutes ? `${minutes}M` : ""}${seconds ? `${seconds}S` : ""}`;
  if (!days && !time) return "PT0S";
  return `${sign}P${days ? `${days}D` : ""}${time ? `T${time}` : ""}`;
}

/** A duration in canonical form. */
export const Duration = z.string().transform((text, context) => {
  const ms = durationMs(text);
  if (ms !== undefined && ms >= 0) return formatDuration(ms);
  context.addIssue({ code: "custom", message: "must be an ISO 8601 duration that is not negative" });
  return z.NEVER;
});

/** A duration with a lower bound in milliseconds. */
export const durationAtLeast = (minimumMs: number) =>
  Duration.refine((text) => (durationMs(text) ?? 0) >= minimumMs, {
    message: `must be at least ${formatDuration(minimumMs)}`,
  });

/** A whole number. The service also takes it as text: clients send on what they read from a command line. */
export function integer(minimum = -(2 ** 31), maximum = 2 ** 31 - 1) {
  return z.preprocess(
    (given) => (typeof given === "string" && /^[+-]?\d{1,15}$/.test(given) ? Number(given) : given),
    z.int().min(minimum).max(maximum),
  );
}

/** One of `values`, compared without case and emitted in the given spelling. */
export function caseless<const V extends readonly string[]>(...values: V) {
  return z.string().transform((text, context): V[number] => {
    const found = values.find((value) => value.toLowerCase() === text.toLowerCase());
    if (found !== undefined) return found;
    context.addIssue({ code: "custom", message: `must be one of ${values.join(", ")}` });
    return z.NEVER;
  });
}

/** Pool, job, task and schedule ids: at most 64 characters of letters, digits, underscore and hyphen. */
export const EntityId = z
  .string()
  .regex(
    /^[A-Za-z0-9_-]{1,64}$/,
    "must have 1 to 64 characters, each a letter, a digit, a hyphen or an underscore",
  );

export const DisplayName = z.string().max(1024);
export const Timestamp = z
  .string()
  .refine((text) => !Number.isNaN(Date.parse(text)), { message: "must be an ISO 8601 timestamp" })
  .transform((text) => new Date(text).toISOString());

export const Metadata = z.array(z.strictObject({ name: z.string().min(1).max(1024), value: z.string() }));

/** A path below a directory: relative, no `..`, no backslash, no NUL. */
export const RelativePath = z
  .string()
  .min(1)
  .refine((text) => !text.startsWith("/") && !/[\\\0]/.test(text) && !text.split("/").includes(".."), {
    message: "must be a relative path that stays inside its directory",
  });
