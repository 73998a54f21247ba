// A service that can be killed at any point and started again from its journal, on simulated machines that live on. After
// a kill the old service is dead: nothing that it still would do reaches journal, machines or clock, as with kill -9.
import { createSimulatedExecutor } from "../../../local/batch-emulator/agent/simulated-executor.ts";
import type { Executor, Launch, LaunchEnd } from "../../../local/batch-emulator/agent/executor.ts";
import type { EmulatorParameters } from "../../../local/batch-emulator/parameters.ts";
import type { Journal, StoredRow } from "../../../local/batch-emulator/store/journal.ts";
import { manualClock, ownedClock } from "../../../local/clock.ts";
import type { OwnedClock } from "../../../local/clock.ts";
import { seededRandom } from "../../../local/random.ts";
import { serviceBench } from "./service-bench.ts";
import type { ServiceBench } from "./service-bench.ts";
import { stateObserver } from "./state-tables.ts";

/** The machines' own account of what ran, apart from anything that the service believes. */
export interface Machines extends Executor {
  /** Launches that run now, by id. */
  readonly live: ReadonlyMap<string, Launch>;
  /** Launch ids that were started a second time, or beside another attempt of the same task. */
  readonly doubled: readonly string[];
  /** The last end of each task's main command, by the task's row. */
  readonly lastEnds: ReadonlyMap<number, LaunchEnd>;
  /** Main commands started so far. */
  readonly starts: number;
}

/** Row of the task whose main command this launch is; undefined for any other launch. */
export function taskRowOf(launchId: string): number | undefined {
  const row = /^t(\d+)\.\d+$/.exec(launchId)?.[1];
  return row === undefined ? undefined : Number(row);
}

function machinesOn(base: Executor): Machines {
  const live = new Map<string, Launch>();
  const killed = new Set<string>();
  const doubled: string[] = [];
  const lastEnds = new Map<number, LaunchEnd>();
  let starts = 0;
  return {
    live,
    doubled,
    lastEnds,
    get starts() {
      return starts;
    },
    run(launch, started) {
      const row = taskRowOf(launch.id);
      const rival = [...live.keys()].find(
        (id) => id === launch.id || (row !== undefined && taskRowOf(id) === row),
      );
      if (rival !== undefined) doubled.push(`${launch.id} beside ${rival}`);
      live.set(launch.id, launch);
      if (row !== undefined) starts += 1;
      return base.run(launch, started).then((end) => {
        live.delete(launch.id);
        if (row !== undefined) lastEnds.set(row, end);
        return end;
      });
    },
    async recover() {
      const found = await base.recover();
      return new Map([...found].map(([id, end]) => [id, killed.has(id) ? end.then(asFound) : end]));
    },
    kill(id) {
      killed.add(id);
      return base.kill(id);
    },
    forget(id) {
      killed.delete(id);
      return base.forget(id);
    },
    close: (leaveRunning) => base.close(leaveRunning),
  };
}

/** As a shell reports the end by SIGKILL; no command of the tests ends so by itself. */
export const killedCode = 137;

/** The worst case: after a restart nobody knows who killed a process, and it is found as one that ended by the signal. */
const asFound = (end: LaunchEnd): LaunchEnd =>
  end.kind === "killed" ? { kind: "exited", exitCode: killedCode, endedAt: end.endedAt } : end;

export interface Life {
  alive: boolean;
}

function never<T>(): Promise<T> {
  return new Promise<T>(() => undefined);
}

/** The executor as one life of the service sees it. */
function executorFor(life: Life, machines: Executor): Executor {
  const whileAlive = <T>(work: () => Promise<T>): Promise<T> =>
    life.alive ? work().then((value) => (life.alive ? value : never<T>())) : never<T>();
  return {
    run: (launch, started) => whileAlive(() => machines.run(launch, started)),
    async recover() {
      const found = await machines.recover();
      return new Map([...found].map(([id, end]) => [id, whileAlive(() => end)]));
    },
    kill: (id) => whileAlive(() => machines.kill(id)),
    forget: (id) => whileAlive(() => machines.forget(id)),
    close: () => Promise.resolve(),
  };
}

/** A journal in memory that keeps what was applied. */
export function keptJournal() {
  const rows = new Map<number, StoredRow>();
  let highest = 0;
  const journalFor = (life: Life): Journal => ({
    load: () => [...rows.values()].sort((a, b) => a.row - b.row),
    highest: () => highest,
    apply(changes, removed) {
      if (!life.alive) return;
      for (const { row, kind, spec, state } of changes) {
        const before = rows.get(row);
        if (spec !== undefined) rows.set(row, { row, kind, spec, state });
        else if (before !== undefined) rows.set(row, { ...before, state });
        if (spec !== undefined) highest = Math.max(highest, row);
      }
      for (const row of removed) rows.delete(row);
    },
    close: () => undefined,
  });
  return { journalFor };
}

export class RestartableService {
  readonly clock = manualClock();
  readonly machines: Machines;
  readonly observer = stateObserver();
  bench: ServiceBench<Executor>;
  restarts = 0;
  readonly #journal = keptJournal();
  readonly #parameters: Partial<EmulatorParameters>;
  readonly #seed: number;
  #life: Life = { alive: false };
  #timers: OwnedClock = ownedClock(this.clock);

  constructor(seed: number, parameters: Partial<EmulatorParameters> = {}) {
    this.#seed = seed;
    this.#parameters = parameters;
    this.machines = machinesOn(
      createSimulatedExecutor({ clock: this.clock, random: seededRandom(seed + 1) }),
    );
    this.bench = this.#compose();
  }

  #compose(): ServiceBench<Executor> {
    const life = { alive: true };
    const timers = ownedClock(this.clock);
    this.#life = life;
    this.#timers = timers;
    const bench = serviceBench({
      clock: { ...this.clock, at: (atMs, fire) => timers.at(atMs, fire) },
      executor: executorFor(life, this.machines),
      journal: this.#journal.journalFor(life),
      seed: this.#seed + 1000 * this.restarts,
      parameters: this.#parameters,
    });
    this.observer.follow(bench.account);
    return bench;
  }

  /** Brings back what the journal has; also the first start. */
  async start(): Promise<void> {
    await this.bench.service.recover();
  }

  kill(): void {
    this.#life.alive = false;
    this.bench.account.closed = true;
    this.#timers.close();
  }

  async restart(): Promise<void> {
    this.kill();
    this.restarts += 1;
    this.bench = this.#compose();
    await this.start();
  }

  /** Lets everything come to rest that needs no time, and makes it durable. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 8; turn += 1) await this.clock.advance(0);
    await this.bench.account.commit();
  }
}
