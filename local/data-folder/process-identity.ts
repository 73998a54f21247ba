// Tells whether a process recorded earlier is still the same one: a pid alone can have been given to another program.
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";

const run = promisify(execFile);

/** A text that stays the same for the life of process `pid` and differs for a later process with that pid; undefined
 *  when there is no such process. */
export async function processIdentity(pid: number): Promise<string | undefined> {
  if (process.platform === "linux") {
    const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
    // Fields follow the command name, which may hold blanks and brackets itself; the start time is field 22.
    const fields = stat?.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields === undefined || fields[0] === "Z" ? undefined : fields[19];
  }
  const started = await run("ps", ["-o", "lstart=", "-p", String(pid)]).catch(() => undefined);
  return started?.stdout.trim() || undefined;
}
