// Numbers, times and sizes as people read them, in the browser's language where that has one.
const units = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["min", 60_000],
  ["s", 1_000],
] as const;

/** `3 min 20 s`: the two largest parts. */
export function durationText(ms: number): string {
  const first = units.findIndex(([, size]) => ms >= size);
  if (first === -1) return "0 s";
  let left = ms;
  const parts = units.slice(first, first + 2).map(([unit, size]) => {
    const count = Math.floor(left / size);
    left -= count * size;
    return [count, unit] as const;
  });
  return parts
    .filter(([count], index) => index === 0 || count > 0)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(" ");
}

export function agoText(time: string, nowMs: number): string {
  const ms = nowMs - Date.parse(time);
  if (ms < 5_000) return "just now";
  const [unit, size] = units.find(([, each]) => ms >= each) ?? ["s", 1_000];
  return `${Math.floor(ms / size)} ${unit} ago`;
}

export function sizeText(bytes: number): string {
  const names = ["B", "KB", "MB", "GB", "TB"] as const;
  const power = Math.min(names.length - 1, bytes < 1 ? 0 : Math.floor(Math.log(bytes) / Math.log(1000)));
  const value = bytes / 1000 ** power;
  return `${value >= 100 || power === 0 ? Math.round(value) : value.toFixed(1)} ${names[power]}`;
}

/** `1 job`, `2 jobs` */
export function countText(count: number, noun: string): string {
  return `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;
}
