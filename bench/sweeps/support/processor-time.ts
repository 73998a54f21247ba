// Who used the processor in a local cloud of this process: the host with the app and the emulator in it, the storage, and what ran on nodes.
import { readdirSync, readFileSync } from "node:fs";
import { cpuMs } from "../../batch/support/figures.ts";

interface ProcessorTime {
  readonly host: number;
  readonly storage: number;
  readonly nodes: number;
}

/** Milliseconds since the process began. */
export function processorTime(): ProcessorTime {
  const { user, system } = process.cpuUsage();
  const host = (user + system) / 1000;
  const storage = childrenOf(process.pid)
    .filter((pid) => commandLineOf(pid).includes("azurite"))
    .reduce((sum, pid) => sum + cpuMs(pid), 0);
  return { host, storage, nodes: cpuMs() - host - storage };
}

function childrenOf(pid: number): readonly number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && statusOf(name).includes(`\nPPid:\t${pid}\n`))
    .map(Number);
}

function statusOf(pid: string): string {
  return readOr(`/proc/${pid}/status`);
}

function commandLineOf(pid: number): string {
  return readOr(`/proc/${pid}/cmdline`);
}

/** Empty for a process that has ended. */
function readOr(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
