// Small programs that start tasks, one task at a time each. They are started from here rarely (a fork of this process stops
// it for a millisecond or two) and reused; each is in a session of its own and outlives the emulator until its task ends.
import { spawn, type ChildProcess } from "node:child_process";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Logger } from "../../logger.ts";
import { parseStat, type ProcessIdentity } from "./process-table.ts";
import type { Supervision } from "./supervision.ts";

/** `left`: the launch's first process, when it was the last of its group. `died`: the supervisor ended before it answered; the launch's record tells what is known. */
export type SupervisedEnd =
  | { readonly kind: "exited"; readonly exitCode: number; readonly left: ProcessIdentity | undefined }
  | { readonly kind: "died" };

export interface SupervisorPool {
  /** Runs a launch whose file is on disk. */
  supervise(id: string, image: Buffer): Promise<SupervisedEnd>;
  /** Lets every supervisor end once its task has; tasks that run go on. */
  release(): void;
}

interface Supervisor {
  readonly child: ChildProcess;
  /** What it reads to take a launch. */
  readonly order: (id: string, image: Buffer) => string | Buffer;
  /** Tells how the task went that it is busy with. */
  ended: ((end: SupervisedEnd) => void) | undefined;
  alive: boolean;
}

interface Waiting {
  readonly id: string;
  readonly image: Buffer;
  readonly ended: (end: SupervisedEnd) => void;
}

/** Idle supervisors above this number are let go. */
const keptIdle = 8;

export function supervisorPool(options: {
  directory: string;
  supervision: Supervision;
  logger: Logger;
}): SupervisorPool {
  return new Supervisors(options);
}

class Supervisors implements SupervisorPool {
  readonly #supervision: Supervision;
  readonly #directory: string;
  readonly #logger: Logger;
  readonly #all = new Set<Supervisor>();
  readonly #idle: Supervisor[] = [];
  readonly #waiting: Waiting[] = [];
  #isReleased = false;
  #hasStarted = false;

  constructor(options: { directory: string; supervision: Supervision; logger: Logger }) {
    this.#supervision = options.supervision;
    this.#directory = options.directory;
    this.#logger = options.logger;
  }

  supervise(id: string, image: Buffer): Promise<SupervisedEnd> {
    return new Promise((ended) => {
      this.#waiting.push({ id, image, ended });
      this.#assign();
    });
  }

  release(): void {
    this.#isReleased = true;
    for (const supervisor of this.#all) letGo(supervisor);
  }

  /** Idle ones first; of new ones only one a turn of the event loop, because each start holds it up. */
  #assign(): void {
    while (this.#waiting.length > 0 && !this.#isReleased) {
      const supervisor = this.#idle.pop() ?? this.#startOne();
      if (!supervisor) return;
      const next = this.#waiting.shift() as Waiting;
      supervisor.ended = next.ended;
      supervisor.child.stdin?.write(supervisor.order(next.id, next.image));
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
    const child = spawnSupervisor(this.#supervision, this.#directory);
    const order = this.#supervision.orders(child.pid ?? 0);
    const supervisor: Supervisor = { child, order, ended: undefined, alive: true };
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

function spawnSupervisor({ program, words }: Supervision, directory: string): ChildProcess {
  return spawn(program, words, {
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
    for (const line of lines) settle(supervisor, endOf(line));
  });
}

/** Without a code when a recovering emulator had claimed the launch. */
function endOf(line: string): SupervisedEnd {
  const [, exitCode, stat] = /^exit (\d+)(?: (.+))?$/.exec(line) ?? [];
  if (exitCode === undefined) return { kind: "died" };
  const left = stat === undefined ? undefined : parseStat(stat);
  return { kind: "exited", exitCode: Number(exitCode), left };
}
