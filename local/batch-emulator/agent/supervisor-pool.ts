// Small programs that start tasks, one task at a time each. They are started from here rarely (a fork of this process stops
// it for a millisecond or two) and reused; each is in a session of its own and outlives the emulator until its task ends.
import { spawn, type ChildProcess } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { setPriority } from "node:os";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Logger } from "../../logger.ts";
import { launchVariable } from "./launch-script.ts";
import type { ProcessIdentity } from "./process-table.ts";
import type { Introduction, Supervision } from "./supervision.ts";

/** `isAlone`: nothing that the launch has started lives. `died`: the supervisor ended before it answered; the launch's record
 *  tells what is known. */
export type SupervisedEnd =
  | { readonly kind: "exited"; readonly exitCode: number; readonly isAlone: boolean }
  | { readonly kind: "died" };

export interface SupervisorPool {
  /** Runs a launch whose file is on disk. */
  supervise(id: string, image: Buffer): Promise<SupervisedEnd>;
  /** Keeps the supervisor of a launch that runs, or that was not alone at its end, from taking another, so that all who descend from
   *  it are of this launch. Undefined where that cannot be relied on. */
  hold(id: string): Hold | undefined;
  /** Nothing is wanted of the launch any more. */
  free(id: string): void;
  /** Whether it is one of these. */
  has(pid: number): boolean;
  /** Lets every supervisor end once its task has; tasks that run go on. */
  release(): void;
}

export interface Hold {
  readonly ancestor: ProcessIdentity;
  /** Exactly once, when nobody looks for its descendants any more; also after `free`. */
  release(): void;
}

interface Supervisor {
  readonly child: ChildProcess;
  readonly is: Introduction;
  /** Whose processes may be below it. */
  launch: string | undefined;
  /** How many look for its descendants. */
  holds: number;
  /** What its launch may have left is not to be waited for. */
  isFree: boolean;
  /** Tells how the task went that it is busy with. */
  ended: ((end: SupervisedEnd) => void) | undefined;
  alive: boolean;
}

interface Waiting {
  readonly id: string;
  readonly image: Buffer;
  readonly ended: (end: SupervisedEnd) => void;
}

/** Idle supervisors above this number are let go. One is a process of some kilobytes, and many slots whose tasks end together, as those
 *  of short trials do, want them all back a moment later, when each would be a fork of this process again. */
const keptIdle = 64;

interface Options {
  readonly directory: string;
  /** In the environment of supervisors, for whoever finds one later. */
  readonly cookie: string;
  readonly supervision: Supervision;
  readonly logger: Logger;
}

export function supervisorPool(options: Options): SupervisorPool {
  return new Supervisors(options);
}

class Supervisors implements SupervisorPool {
  readonly #options: Options;
  readonly #all = new Set<Supervisor>();
  readonly #idle: Supervisor[] = [];
  readonly #byLaunch = new Map<string, Supervisor>();
  readonly #waiting: Waiting[] = [];
  #isReleased = false;
  #hasStarted = false;

  constructor(options: Options) {
    this.#options = options;
  }

  supervise(id: string, image: Buffer): Promise<SupervisedEnd> {
    return new Promise((ended) => {
      this.#waiting.push({ id, image, ended });
      this.#assign();
    });
  }

  hold(id: string): Hold | undefined {
    const supervisor = this.#byLaunch.get(id);
    if (!supervisor?.is.ancestor) return undefined;
    supervisor.holds += 1;
    const release = () => {
      supervisor.holds -= 1;
      this.#restIfDone(supervisor);
    };
    return { ancestor: supervisor.is.ancestor, release };
  }

  free(id: string): void {
    const supervisor = this.#byLaunch.get(id);
    if (!supervisor) return;
    // The next launch of that name has a supervisor of its own.
    this.#byLaunch.delete(id);
    supervisor.isFree = true;
    this.#restIfDone(supervisor);
  }

  has(pid: number): boolean {
    return [...this.#all].some(({ child }) => child.pid === pid);
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
      supervisor.launch = next.id;
      supervisor.isFree = false;
      this.#byLaunch.set(next.id, supervisor);
      supervisor.child.stdin?.write(supervisor.is.order(next.id, next.image));
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
    const child = spawnSupervisor(this.#options);
    const is = this.#options.supervision.introduce(child.pid ?? 0);
    const supervisor: Supervisor = {
      ...{ child, is, launch: undefined, holds: 0, isFree: false, ended: undefined, alive: true },
    };
    this.#all.add(supervisor);
    child.on("error", (error) => {
      this.#options.logger.error("supervisor.startFailed", { reason: error.message });
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
    const mayHaveLeft = end.kind === "exited" && !end.isAlone && supervisor.is.ancestor !== undefined;
    supervisor.isFree ||= !mayHaveLeft;
    this.#restIfDone(supervisor);
    ended?.(end);
  }

  /** Once it has nothing to do with its last launch any more. */
  #restIfDone(supervisor: Supervisor): void {
    const { launch } = supervisor;
    if (launch === undefined || supervisor.ended || supervisor.holds > 0 || !supervisor.isFree) return;
    if (this.#byLaunch.get(launch) === supervisor) this.#byLaunch.delete(launch);
    supervisor.launch = undefined;
    if (supervisor.alive) this.#rest(supervisor);
    this.#assign();
  }

  #rest(supervisor: Supervisor): void {
    const isSpare = this.#idle.length >= keptIdle && this.#waiting.length === 0;
    if (this.#isReleased || isSpare) supervisor.child.stdin?.end();
    else this.#idle.push(supervisor);
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

function spawnSupervisor({ supervision, directory, cookie }: Options): ChildProcess {
  const child = spawn(supervision.program, supervision.words, {
    cwd: directory,
    env: { [launchVariable]: cookie },
    detached: true,
    stdio: ["pipe", "pipe", "ignore"],
  });
  if (child.pid !== undefined) stepBack(child.pid);
  return child;
}

/** As nice(1) counts. Tasks have a processor to themselves where nobody else wants it; what answers requests on the same machine, as
 *  no node of Azure does, goes first. */
const niceness = 10;

/** Where each session is a group of its own, the kernel weighs the groups (sched(7), "The autogroup feature"). Neither is worth a word
 *  where it cannot be had. */
function stepBack(pid: number): void {
  try {
    setPriority(pid, niceness);
  } catch {
    // It has ended already, or the system refuses.
  }
  if (process.platform === "linux")
    writeFile(`/proc/${pid}/autogroup`, String(niceness)).catch(() => undefined);
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
  const [, exitCode, alone] = /^exit (\d+)( alone)?$/.exec(line) ?? [];
  if (exitCode === undefined) return { kind: "died" };
  return { kind: "exited", exitCode: Number(exitCode), isAlone: alone !== undefined };
}
