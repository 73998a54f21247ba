// A program of a session: in a process group of its own, which ends with the connection. A watcher in the group waits at a pipe that only
// this process holds, so that the group ends as well when the local cloud is killed; what left the group is found by the variable that all
// of a session carry, at the latest by the next start.
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import type { Readable, Writable } from "node:stream";
import { launchVariable } from "../batch-emulator/agent/launch-script.ts";
import type { ProcessEnding } from "../batch-emulator/agent/process-ending.ts";
import { processRow } from "../batch-emulator/agent/process-table.ts";
import type { Clock } from "../clock.ts";
import { delay } from "../clock.ts";

export interface SessionProgram {
  readonly file: string;
  readonly args: readonly string[];
  readonly directory: string;
  readonly environment: Readonly<Record<string, string>>;
}

export interface SessionEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface SessionProcess {
  readonly pid: number;
  readonly input: Writable;
  readonly output: Readable;
  readonly errors: Readable;
  readonly ended: Promise<SessionEnd>;
  /** Of the whole group. */
  signal(name: NodeJS.Signals): void;
  /** Hangs up, and after `graceMs` kills what is left. */
  end(graceMs: number): Promise<void>;
}

// No child of the program, which may wait for all that it has: script(1) would spin.
const watch = "((trap '' HUP INT QUIT TERM; read -r _ <&3; kill -s KILL 0) </dev/null >/dev/null 2>&1 &)";
const start = `${watch}\nexec 3<&-\nexec "$@"`;

export function startSessionProcess(
  { file, args, directory, environment }: SessionProgram,
  o: { readonly cookie: string; readonly ending: ProcessEnding; readonly clock: Clock },
): SessionProcess {
  const child = spawn("/bin/sh", ["-c", start, "sh", file, ...args], {
    cwd: directory,
    env: { ...environment, [launchVariable]: o.cookie },
    detached: true,
    stdio: ["pipe", "pipe", "pipe", "pipe"],
  });
  const leader = { pid: child.pid ?? 0, start: processRow(child.pid ?? 0)?.start ?? "" };
  const [, , , leash] = child.stdio;
  for (const stream of child.stdio) stream?.on("error", () => undefined); // the program closed it
  const { stdin, stdout, stderr } = child;
  if (stdin === null || stdout === null || stderr === null) throw new Error("a session without streams");
  return {
    pid: leader.pid,
    input: stdin,
    output: stdout,
    errors: stderr,
    ended: endOf(child),
    signal: (name) => signalGroup(child, name),
    async end(graceMs) {
      if (graceMs > 0) {
        signalGroup(child, "SIGHUP");
        await delay(o.clock, graceMs);
      }
      signalGroup(child, "SIGKILL");
      await o.ending.end({ cookie: o.cookie, leader, ancestor: undefined });
      (leash as Writable | null)?.destroy();
    },
  };
}

function endOf(child: ChildProcess): Promise<SessionEnd> {
  return new Promise((resolve) => {
    child.once("error", () => resolve({ code: 255, signal: null }));
    child.once("exit", (code, signal) => resolve({ code, signal }));
  });
}

function signalGroup({ pid }: ChildProcess, name: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, name);
  } catch {
    // none of the group lives
  }
}

/** The shell of people who log in. */
export const loginShell = ["/bin/bash", "/bin/sh"].find((path) => existsSync(path)) ?? "/bin/sh";
