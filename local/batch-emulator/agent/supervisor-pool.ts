// Small shells that start tasks, one task at a time each. They are started from here rarely (a fork of this process stops
// it for a millisecond or two) and reused; each is in a session of its own and outlives the emulator until its task ends.
import { spawn, type ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Logger } from "../../logger.ts";
import { supervisorScript, type ShellDialect } from "./launch-script.ts";
import { installTaskStarter } from "./task-starter.ts";

/** `died`: the shell ended before it answered; the launch's record tells what is known. */
export type SupervisedEnd =
  { readonly kind: "exited"; readonly exitCode: number } | { readonly kind: "died" };

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

interface Waiting {
  readonly id: string;
  readonly ended: (end: SupervisedEnd) => void;
}

/** Idle shells above this number are let go. */
const keptIdle = 8;

/** The best that this machine has, quickest first. `directory`: where a task starter may be put. */
export function shellDialect(directory: string): ShellDialect {
  const first = (paths: string[]) => paths.find((path) => existsSync(path));
  const procfs = process.platform === "linux";
  const setsid = first(["/usr/bin/setsid", "/bin/setsid"]);
  const starter = installTaskStarter(directory);
  if (starter) {
    const shell = first(["/bin/dash", "/usr/bin/dash"]) ?? "/bin/sh";
    return { shell, starter, jobControl: false, setsid, procfs };
  }
  const bash = first(["/bin/bash", "/usr/bin/bash", "/usr/local/bin/bash"]);
  return { shell: bash ?? "/bin/sh", starter, jobControl: bash !== undefined, setsid, procfs };
}

export function supervisorPool(options: {
  directory: string;
  dialect: ShellDialect;
  logger: Logger;
}): SupervisorPool {
  return new Supervisors(options);
}

class Supervisors implements SupervisorPool {
  readonly dialect: ShellDialect;
  readonly #directory: string;
  readonly #logger: Logger;
  readonly #script: string;
  readonly #all = new Set<Supervisor>();
  readonly #idle: Supervisor[] = [];
  readonly #waiting: Waiting[] = [];
  #isReleased = false;
  #hasStarted = false;

  constructor(options: { directory: string; dialect: ShellDialect; logger: Logger }) {
    this.dialect = options.dialect;
    this.#directory = options.directory;
    this.#logger = options.logger;
    this.#script = supervisorScript(options.dialect);
  }

  supervise(id: string): Promise<SupervisedEnd> {
    return new Promise((ended) => {
      this.#waiting.push({ id, ended });
      this.#assign();
    });
  }

  release(): void {
    this.#isReleased = true;
    for (const supervisor of this.#all) letGo(supervisor);
  }

  /** Idle shells first; of new ones only one a turn of the event loop, because each start holds it up. */
  #assign(): void {
    while (this.#waiting.length > 0 && !this.#isReleased) {
      const supervisor = this.#idle.pop() ?? this.#startOne();
      if (!supervisor) return;
      const next = this.#waiting.shift();
      supervisor.ended = next?.ended;
      supervisor.child.stdin?.write(`${next?.id}\n`);
    }
  }

  #startOne(): Supervisor | undefined {
    if (this.#hasStarted) return undefined;
    this.#hasStarted = true;
    void nextTurn().then(() => {
      this.#hasStarted = false;
      this.#assign();
    });
    return this.#start();
  }

  #start(): Supervisor {
    const child = spawnShell(this.dialect, this.#script, this.#directory);
    const supervisor: Supervisor = { child, ended: undefined, alive: true };
    this.#all.add(supervisor);
    child.on("error", (error) => {
      this.#logger.error("supervisor.startFailed", { reason: error.message });
      this.#lose(supervisor);
    });
    child.on("close", () => this.#lose(supervisor));
    child.stdin?.on("error", () => this.#lose(supervisor));
    listen(supervisor, (one, end) => this.#settle(one, end));
    return supervisor;
  }

  #settle(supervisor: Supervisor, end: SupervisedEnd): void {
    const { ended } = supervisor;
    supervisor.ended = undefined;
    if (supervisor.alive) {
      const isSpare = this.#idle.length >= keptIdle && this.#waiting.length === 0;
      if (this.#isReleased || isSpare) supervisor.child.stdin?.end();
      else this.#idle.push(supervisor);
    }
    ended?.(end);
    this.#assign();
  }

  #lose(supervisor: Supervisor): void {
    if (!supervisor.alive) return;
    supervisor.alive = false;
    this.#all.delete(supervisor);
    const at = this.#idle.indexOf(supervisor);
    if (at >= 0) this.#idle.splice(at, 1);
    this.#settle(supervisor, { kind: "died" });
  }
}

function letGo(supervisor: Supervisor): void {
  supervisor.ended = undefined;
  supervisor.child.stdin?.end();
  supervisor.child.stdout?.destroy();
  supervisor.child.unref();
}

function spawnShell(dialect: ShellDialect, script: string, directory: string): ChildProcess {
  // Node's pipes are sockets, and bash reads ~/.bashrc when its input is one (it takes itself for a remote shell).
  const options = dialect.shell.endsWith("/bash") ? ["--norc", "-c"] : ["-c"];
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
      // Without a code when a recovering emulator had claimed the launch.
      const [, exitCode] = /^exit (\d+)$/.exec(line) ?? [];
      settle(supervisor, exitCode ? { kind: "exited", exitCode: Number(exitCode) } : { kind: "died" });
    }
  });
}
