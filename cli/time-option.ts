// A moment as a person types it: a time, or how long ago.
import type { Option } from "./options.ts";
import { parsed } from "./options.ts";

const units = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Epoch milliseconds, once it is known what time it is. */
export type Moment = (now: number) => number;

export function moment(flags: string, description: string): Option<Moment | undefined> {
  return parsed(flags, `${description}: a time, or how long ago, such as 30m, 6h or 1d`, momentOf);
}

export function isoOf(asked: Moment, now: number): string {
  return new Date(asked(now)).toISOString();
}

function momentOf(text: string): Moment {
  const [, count, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  if (count !== undefined) return (now) => now - Number(count) * units[unit as keyof typeof units];
  // Without an offset it would be the clock of whatever machine the command is typed on.
  const at = /^\d{4}-\d\d-\d\d(?:T[\d:.]+(?:Z|[+-]\d\d:\d\d))?$/.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(at)) return () => at;
  throw new Error("It takes a time such as 2026-11-01 or 2026-11-01T06:00:00Z, or how long ago, such as 6h.");
}
