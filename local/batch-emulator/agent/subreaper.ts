// Makes a shell the parent of every orphan below it, as the task supervisor is. A shell cannot ask the kernel for that; perl, which Debian
// and its like always have, can and then becomes the shell. Linux only (prctl(2), PR_SET_CHILD_SUBREAPER: kept over execve).
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

/** Number of the system call prctl, per processor as Node names it. */
const prctl: Readonly<Record<string, number>> = {
  x64: 157,
  arm64: 167,
  riscv64: 167,
  loong64: 167,
  ppc64: 171,
  s390x: 172,
  arm: 172,
  ia32: 172,
};
const setChildSubreaper = 36;

/** Words that start a program so; undefined where that does not work. */
export function subreaperWords(
  perl = ["/usr/bin/perl", "/usr/local/bin/perl"].find((path) => existsSync(path)),
): readonly string[] | undefined {
  const call = prctl[process.arch];
  if (process.platform !== "linux" || perl === undefined || call === undefined) return undefined;
  const program = `syscall(${call}, ${setChildSubreaper}, 1, 0, 0, 0) == 0 or exit 99; exec { $ARGV[0] } @ARGV; exit 98`;
  const words = [perl, "-e", program, "--"];
  return spawnSync(perl, [...words.slice(1), "/bin/sh", "-c", "exit 7"], { env: {} }).status === 7
    ? words
    : undefined;
}
