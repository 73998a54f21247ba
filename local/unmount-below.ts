// Undoes real mounts below a folder before the folder is removed. Emulated mounts are links, which a removal does not follow; but
// what a user's own command mounted on an emulated node would lose its files with the node.
import { readFileSync, realpathSync } from "node:fs";
import { spawnSync } from "node:child_process";

const table = "/proc/self/mounts";

/** Mount points below the folder, the innermost first; none where the machine does not tell them so. */
export function mountPointsBelow(folder: string, mounts = read(table)): string[] {
  const real = realOf(folder);
  return mounts
    .split("\n")
    .map((line) =>
      (line.split(" ")[1] ?? "").replace(/\\([0-7]{3})/g, (_all, code: string) => character(code)),
    )
    .filter((path) => path.startsWith(`${real}/`))
    .reverse();
}

/** @throws Error when something stays mounted: the folder must not be removed then. */
export function unmountBelow(folder: string): void {
  for (const path of mountPointsBelow(folder)) spawnSync("umount", ["-l", path], { stdio: "ignore" });
  const [left] = mountPointsBelow(folder);
  if (left !== undefined)
    throw new Error(`${left} is mounted and cannot be unmounted: unmount it before ${folder} is removed`);
}

const character = (octal: string) => String.fromCharCode(Number.parseInt(octal, 8));

function realOf(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    return folder;
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return ""; // no Linux
  }
}
