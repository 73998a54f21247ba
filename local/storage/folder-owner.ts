// One Azurite per folder. After a kill -9 of the local cloud its Azurite child is still writing its files for a moment;
// a new one that read them too early would lose acknowledged writes. So the owner's process id lies in the folder and
// a newcomer waits for it to go. Invariant: at most one live process owns a folder.
import { execFileSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Clock, delay } from "../clock.ts";

const ownerFile = "owner.pid";
const longestWaitMs = 15_000;

/** Takes the folder for this process, after the former owner's end. Throws one sentence when it does not end. */
export async function takeFolder(folder: string, clock: Clock, pid: number = process.pid): Promise<void> {
  const file = join(folder, ownerFile);
  const deadline = clock.now() + longestWaitMs;
  for (let owner = liveOwner(file, pid); owner !== undefined; owner = liveOwner(file, pid)) {
    if (clock.now() > deadline)
      throw new Error(
        `The storage folder ${folder} is in use by process ${owner}; stop that one first, or choose another data folder.`,
      );
    await delay(clock, 25);
  }
  writeFileSync(file, `${pid}\n`, { mode: 0o600 });
}

/** A folder that is gone or cannot be written keeps the name of a process that has ended, which holds nobody up. */
export function releaseFolder(folder: string): void {
  try {
    rmSync(join(folder, ownerFile), { force: true });
  } catch {
    // see above
  }
}

function liveOwner(file: string, self: number): number | undefined {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
  const pid = Number(text.trim());
  if (!Number.isSafeInteger(pid) || pid <= 1 || pid === self) return undefined;
  return commandOf(pid).includes("azurite") ? pid : undefined;
}

/** The command line of a process, or "" when there is none: a process id alone may have been given to a stranger. */
function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    if (process.platform === "linux") return "";
  }
  try {
    return execFileSync("ps", ["-o", "command=", "-p", String(pid)], { encoding: "utf8" });
  } catch {
    return "";
  }
}
