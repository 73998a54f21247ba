// What tests ask about processes.
import { existsSync, readFileSync } from "node:fs";

const procfs = existsSync("/proc/self/stat");

/** May be asked at the very moment of the process's end. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !procfs || !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}
