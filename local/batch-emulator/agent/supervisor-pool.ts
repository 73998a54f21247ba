// Small shells that start tasks, one task at a time each. They are started from here rarely (a fork of this process stops
// it for a millisecond or two) and reused; each is in a session of its own and outlives the emulator until its task ends.
import { spawn, type ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import type { Logger } from "../../logger.ts";
import { parseIdentity } from "./launch-records.ts";
import { supervisorScript, type ShellDialect } from "./launch-script.ts";
import type { ProcessIdentity } from "./process-table.ts";

/** `task`: the process it was, when that is known. `died`: the shell ended before it answered; the launch's record tells what is known. */
export type SupervisedEnd =
  | { readonly kind: "exited"; readonly exitCode: number; readonly task: ProcessIdentity | undefined }
  | { readonly kind: "died" };

export interface SupervisorPool {
  readonly dialect: ShellDialect;
  /** Runs a launch whose script is on disk. */
  supervise(id: string): Promise<SupervisedEnd>;
  /** Lets every shell end once its task has; tasks that run go on. */
  release(): void;
}

interface Supervisor {
  readonly child: ChildProcess;
  /** Tells how the task went that it is busy with. */
  ended: ((end: SupervisedEnd) => void) | undefined;
  alive: boolean;
}

/** Idle shells above this number are let go. */
const keptIdle = 8;

export function shellDialect(platform: NodeJS.Platform = process.platform): ShellDialect {
  const first = (paths: string[]) => paths.find((path) => existsSync(path));
  const bash = first(["/bin/bash", "/usr/bin/bash", "/usr/local/bin/bash"]);
  return {
    shell: bash ?? "/bin/sh",
    jobControl: bash !== undefined,
    setsid: first(["/usr/bin/setsid", "/bin/setsid"]),
    procfs: platform === "linux",
  };
}

export function supervisorPool(o: {
  directory: string;
  dialect: ShellDialect;
  logger: Logger;
}): SupervisorPool {
  const script = supervisorScript(o.dialect);
  const all = new Set<Supervisor>();
  const idle: Supervisor[] = [];
  let released = false;

  const settle = (supervisor: Supervisor, end: SupervisedEnd) => {
    const ended = supervisor.ended;
    supervisor.ended = undefined;
    if (supervisor.alive) {
      if (released || idle.length >= keptIdle) supervisor.child.stdin?.end();
      else idle.push(supervisor);
    }
    ended?.(end);
  };
  const lose = (supervisor: Supervisor) => {
    if (!supervisor.alive) return;
    supervisor.alive = false;
    all.delete(supervisor);
    const at = idle.indexOf(supervisor);
    if (at >= 0) idle.splice(at, 1);
    settle(supervisor, { kind: "died" });
  };
  const start = () => {
    const supervisor: Supervisor = {
      child: spawnShell(o.dialect, script, o.directory),
      ended: undefined,
      alive: true,
    };
    all.add(supervisor);
    supervisor.child.on("error", (error) => {
      o.logger.error("supervisor.startFailed", { reason: error.message });
      lose(supervisor);
    });
    supervisor.child.on("close", () => lose(supervisor));
    supervisor.child.stdin?.on("error", () => lose(supervisor));
    listen(supervisor, settle);
    return supervisor;
  };

  return {
    dialect: o.dialect,
    supervise: (id) =>
      new Promise((ended) => {
        const supervisor = idle.pop() ?? start();
        supervisor.ended = ended;
        supervisor.child.stdin?.write(`${id}\n`);
      }),
    release() {
      released = true;
      for (const supervisor of all) letGo(supervisor);
    },
  };
}

function letGo(supervisor: Supervisor): void {
  supervisor.ended = undefined;
  supervisor.child.stdin?.end();
  supervisor.child.stdout?.destroy();
  supervisor.child.unref();
}

function spawnShell(dialect: ShellDialect, script: string, directory: string): ChildProcess {
  // Node's pipes are sockets, and bash reads ~/.bashrc when its input is one (it takes itself for a remote shell).
  const options = dialect.jobControl ? ["--norc", "-c"] : ["-c"];
  return spawn(dialect.shell, [...options, script, "batchai-supervisor"], {
    cwd: directory,
    env: {},
    detached: true,
    stdio: ["pipe", "pipe", "ignore"],
  });
}

function listen(supervisor: Supervisor, settle: (supervisor: Supervisor, end: SupervisedEnd) => void): void {
  let rest = "";
  supervisor.child.stdout?.on("data", (chunk: Buffer) => {
    const lines = (rest + chunk.toString("latin1")).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const [, exitCode, task] = /^exit (\d+) ?(.*)$/.exec(line) ?? [];
      if (exitCode === undefined) settle(supervisor, { kind: "died" });
      else settle(supervisor, { kind: "exited", exitCode: Number(exitCode), task: parseIdentity(task) });
    }
  });
}
