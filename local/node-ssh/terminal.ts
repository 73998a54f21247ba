// Terminals for sessions, by script(1) of util-linux: it runs a command on a pseudo-terminal of its own and copies between that and its
// standard streams, which are the session's. Where it is missing sessions have no terminal.
import { spawn, spawnSync } from "node:child_process";
import { readFileSync, readlinkSync } from "node:fs";
import { quote } from "../batch-emulator/agent/launch-script.ts";
import { loginShell } from "./session-process.ts";

export interface TerminalSize {
  readonly rows: number;
  readonly cols: number;
}

let found: boolean | undefined;

/** Whether the program here can echo what a pipe brings, as a terminal does (since util-linux 2.37). */
export function hasTerminals(): boolean {
  found ??=
    process.platform === "linux" &&
    /--echo/.test(spawnSync("script", ["--help"], { encoding: "utf8" }).stdout ?? "");
  return found;
}

const bounded = (count: number) => Math.min(Math.max(Math.trunc(count), 1), 4096);

/** @returns the words that run `words` on a terminal of that size. */
export function onTerminal(words: readonly string[], { rows, cols }: TerminalSize): readonly string[] {
  const line = `stty rows ${bounded(rows)} cols ${bounded(cols)} 2>/dev/null; exec ${words.map(quote).join(" ")}`;
  return ["script", "--quiet", "--return", "--flush", "--echo", "always", "--command", line, "/dev/null"];
}

/** The programs on it hear of it. @param pid of script(1). */
export function resizeTerminal(pid: number, { rows, cols }: TerminalSize): void {
  const terminal = terminalBelow(pid);
  if (terminal === undefined) return;
  const args = ["-F", terminal, "rows", String(bounded(rows)), "cols", String(bounded(cols))];
  spawn("stty", args, { stdio: "ignore" }).on("error", () => undefined);
}

function terminalBelow(pid: number): string | undefined {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ");
    return children
      .map((child) => readlinkSync(`/proc/${child}/fd/0`))
      .find((target) => target.startsWith("/dev/pts/"));
  } catch {
    return undefined; // it has just ended
  }
}

/** Words of a shell for people, or for one line of theirs. */
export const shellFor = (line: string | undefined): readonly string[] =>
  line === undefined ? [loginShell, "-l"] : [loginShell, "-c", line];
