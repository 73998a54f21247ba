// A small file system in memory, for disks that are full or cannot be written. Needs the right to mount one.
import { execFileSync } from "node:child_process";

export function mountSmallDisk(folder: string, options: string): void {
  execFileSync("mount", ["-t", "tmpfs", "-o", options, "tmpfs", folder], { stdio: "pipe" });
}

export function remountSmallDisk(folder: string, options: string): void {
  execFileSync("mount", ["-o", `remount,${options}`, folder]);
}

export function unmountSmallDisk(folder: string): void {
  execFileSync("umount", ["-l", folder]);
}

export function mayMountSmallDisks(): boolean {
  if (process.platform !== "linux") return false;
  try {
    const probe = execFileSync("mktemp", ["-d"], { encoding: "utf8" }).trim();
    mountSmallDisk(probe, "size=1m");
    unmountSmallDisk(probe);
    execFileSync("rmdir", [probe]);
    return true;
  } catch {
    return false;
  }
}
