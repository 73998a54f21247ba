// Durations, ages and sizes as people read them, with the signs of their units and the numbers of the language.
import { t } from "../texts/texts.ts";
import { formats } from "./formats.ts";

const units = [
  ["days", 86_400_000],
  ["hours", 3_600_000],
  ["minutes", 60_000],
  ["seconds", 1_000],
] as const;

const inUnit = (unit: (typeof units)[number][0], count: number) => t.measures[unit](formats.number(count));

/** `3 min 20 s`: the two largest parts. */
export function durationText(ms: number): string {
  const first = units.findIndex(([, size]) => ms >= size);
  if (first === -1) return inUnit("seconds", 0);
  let left = ms;
  const parts = units.slice(first, first + 2).map(([unit, size]) => {
    const count = Math.floor(left / size);
    left -= count * size;
    return [count, unit] as const;
  });
  return parts
    .filter(([count], index) => index === 0 || count > 0)
    .map(([count, unit]) => inUnit(unit, count))
    .join(" ");
}

export function agoText(time: string, nowMs: number): string {
  const ms = nowMs - Date.parse(time);
  if (ms < 5_000) return t.measures.justNow;
  const [unit, size] = units.find(([, each]) => ms >= each) ?? (["seconds", 1_000] as const);
  return t.measures.ago(inUnit(unit, Math.floor(ms / size)));
}

export function sizeText(bytes: number): string {
  const names = ["bytes", "kilobytes", "megabytes", "gigabytes", "terabytes"] as const;
  const power = Math.min(names.length - 1, bytes < 1 ? 0 : Math.floor(Math.log(bytes) / Math.log(1000)));
  const value = bytes / 1000 ** power;
  const digits = value >= 100 || power === 0 ? 0 : 1;
  return t.measures[names[power] ?? "bytes"](formats.number(value, digits));
}
