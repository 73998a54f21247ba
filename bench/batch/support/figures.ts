// Medians, percentiles, and how much processor time a process and everything below it has used.
import { existsSync, readFileSync } from "node:fs";

export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}

export const median = (values: readonly number[]): number => percentile(values, 0.5);

/** Of a process, its living descendants and what these have waited for; NaN without /proc. */
export function cpuMs(pid: number = process.pid): number {
  if (!existsSync("/proc/self/stat")) return NaN;
  let ticks = 0;
  const pids = [pid];
  for (const one of pids)
    try {
      const stat = readFileSync(`/proc/${one}/stat`, "latin1");
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      // proc(5): utime, stime, cutime, cstime.
      ticks += [11, 12, 13, 14].reduce((sum, field) => sum + Number(fields[field]), 0);
      const children = readFileSync(`/proc/${one}/task/${one}/children`, "utf8").trim();
      pids.push(...children.split(" ").filter(Boolean).map(Number));
    } catch {
      // It has ended.
    }
  // USER_HZ is 100.
  return ticks * 10;
}
