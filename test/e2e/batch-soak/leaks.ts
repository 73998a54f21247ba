// What an emulator has open and alive, as the operating system tells it.
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";

/** What the handles of a process point to. */
export const openHandles = (pid: number): string[] =>
  readdirSync(`/proc/${pid}/fd`).flatMap((handle) => {
    try {
      return [readlinkSync(`/proc/${pid}/fd/${handle}`)];
    } catch {
      return [];
    }
  });

/** Command lines of all processes that belong to a folder, by their environment, arguments or working directory. */
export function processesOf(folder: string): string[] {
  const found: string[] = [];
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    if (Number(pid) === process.pid) continue;
    const text = (name: string) => read(join("/proc", pid, name)).replaceAll("\0", " ");
    const command = text("cmdline");
    if (command !== "" && `${command} ${text("environ")}`.includes(folder)) found.push(`${pid} ${command}`);
  }
  return found;
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

/** Names in the folders of all nodes below `path`. */
export function inNodes(folder: string, path: string): string[] {
  return readdirSync(join(folder, "nodes")).flatMap((node) => {
    try {
      return readdirSync(join(folder, "nodes", node, path)).map((name) => `${node}/${path}/${name}`);
    } catch {
      return [];
    }
  });
}
