// Ending launches as a whole: the process group, what descends from it, what else its supervisor gathers, and whatever escaped
// into a session of its own where nothing gathers (found by the BATCHAI_LAUNCH variable it was born with). Real processes live
// in real time, whatever clock drives the emulator; hence the system clock here.
import { delay, systemClock } from "../../clock.ts";
import type { Logger } from "../../logger.ts";
import { isCode } from "./launch-records.ts";
import type { ProcessIdentity, ProcessRow, ProcessSnapshot, ProcessTable } from "./process-table.ts";

/** By what the processes of a launch are found. */
export interface LaunchFamily {
  readonly cookie: string;
  readonly leader: ProcessIdentity;
  /** The supervisor, when all below it are of this launch. */
  readonly ancestor: ProcessIdentity | undefined;
}

export interface ProcessEnding {
  /** Kills every process of the launch and resolves when none lives. */
  end(launch: LaunchFamily): Promise<void>;
  /** For a launch whose process has ended: kills what is left of it; where no supervisor gathers that, what escaped the group
   *  a little later. */
  endRemains(launch: LaunchFamily): Promise<void>;
  /** Kills every process that carries this folder, with all below it, unless `isKnown`. Supervisors, whose cookie is the bare
   *  folder and instance, end by themselves when nothing is below them. */
  endUnknown(folder: string, isKnown: (process: ProcessRow, cookie: string) => boolean): Promise<void>;
  /** Resolves when no sweep for escaped processes is due. */
  idle(): Promise<void>;
}

/** How long after launches ended one scan looks for all their escaped processes. */
const sweepDelayMs = 200;
/** A process that does not die of SIGKILL within this time hangs in the kernel. */
const patienceMs = 10_000;

export function processEnding(o: { table: ProcessTable; logger: Logger }): ProcessEnding {
  const clock = systemClock();
  /** Cookie → start of the launch's first process. */
  let escaped = new Map<string, string>();
  let sweep: Promise<void> | undefined;

  const killUntilGone = async (
    select: (processes: ProcessSnapshot) => ProcessRow[],
    scan = () => o.table.scan(),
  ) => {
    const giveUpAt = clock.now() + patienceMs;
    for (;;) {
      const living = select(await scan());
      if (living.length === 0) return;
      for (const { pid } of living) signal(pid);
      const survivor = await outliving(o.table, living, giveUpAt);
      if (survivor) return o.logger.error("process.survivedKill", { pid: survivor.pid });
    }
  };
  const end = (launch: LaunchFamily) => killUntilGone((processes) => family(processes, launch));
  const runSweep = async () => {
    await delay(clock, sweepDelayMs);
    const wanted = escaped;
    escaped = new Map();
    sweep = undefined;
    const oldest = [...wanted.values()].reduce((least, start) => (isOlder(start, least) ? start : least));
    await killUntilGone(
      ({ byLaunch }) => [...wanted.keys()].flatMap((cookie) => byLaunch.get(cookie) ?? []),
      () => o.table.scanSince(oldest),
    );
  };
  const endEscaped = ({ cookie, leader }: LaunchFamily) => {
    escaped.set(cookie, leader.start);
    sweep ??= runSweep();
  };
  return {
    end,
    async endRemains(launch) {
      if (launch.ancestor !== undefined || groupExists(launch.leader.pid)) return end(launch);
      endEscaped(launch);
    },
    endUnknown: (folder, isKnown) => killUntilGone((processes) => unknown(processes, folder, isKnown)),
    async idle() {
      while (sweep) await sweep;
    },
  };
}

/** Waits until none of them lives; the first that would not die in time. */
async function outliving(
  table: ProcessTable,
  rows: readonly ProcessRow[],
  giveUpAt: number,
): Promise<ProcessRow | undefined> {
  const clock = systemClock();
  let pauseMs = 1;
  for (const row of rows)
    while (await table.isAlive(row)) {
      if (clock.now() > giveUpAt) return row;
      await delay(clock, pauseMs);
      pauseMs = Math.min(pauseMs * 2, 50);
    }
  return undefined;
}

/** The launch's group, all who carry its cookie, what its supervisor gathers, and their descendants. */
function family(processes: ProcessSnapshot, { cookie, leader, ancestor }: LaunchFamily): ProcessRow[] {
  const { byLaunch, byGroup, rows } = processes;
  const group = byGroup.get(leader.pid) ?? [];
  // A process id that is a group's id is not given away while the group lives; a leader with another start time means
  // that the old group died out and the number was reused.
  const isReused = group.some((row) => row.pid === leader.pid && row.start !== leader.start);
  const top = rows.find(({ pid, start }) => pid === ancestor?.pid && start === ancestor.start);
  return withDescendants(processes, [
    ...(isReused ? [] : group),
    ...(byLaunch.get(cookie) ?? []),
    ...(top ? childrenOf(processes, top) : []),
  ]);
}

function unknown(
  processes: ProcessSnapshot,
  folder: string,
  isKnown: (process: ProcessRow, cookie: string) => boolean,
): ProcessRow[] {
  const found: ProcessRow[] = [];
  for (const [cookie, rows] of processes.byLaunch) {
    if (!cookie.startsWith(`${folder}.`)) continue;
    const strangers = rows.filter((row) => !isKnown(row, cookie));
    found.push(
      ...(cookie.endsWith(".") ? strangers.flatMap((row) => childrenOf(processes, row)) : strangers),
    );
  }
  return withDescendants(processes, found);
}

const childrenOf = ({ byParent }: ProcessSnapshot, { pid }: ProcessIdentity) => byParent.get(pid) ?? [];

function withDescendants(processes: ProcessSnapshot, rows: readonly ProcessRow[]): ProcessRow[] {
  const all = new Set(rows);
  // A set that grows while it is walked is walked to its new end.
  for (const row of all) for (const child of childrenOf(processes, row)) all.add(child);
  return [...all];
}

function signal(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if (!isCode(error, "ESRCH") && !isCode(error, "EPERM")) throw error;
  }
}

function groupExists(group: number): boolean {
  try {
    process.kill(-group, 0);
    return true;
  } catch (error) {
    return isCode(error, "EPERM");
  }
}

/** Start times can be compared where they are ticks (Linux); elsewhere nothing is ruled out. */
function isOlder(start: string, than: string): boolean {
  const [a, b] = [Number(start), Number(than)];
  return Number.isFinite(a) && Number.isFinite(b) && a < b;
}
