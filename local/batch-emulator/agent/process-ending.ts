// Ending launches as a whole: the process group, what descends from it, and whatever escaped into a session of its own
// (found by the BATCHAI_LAUNCH variable it was born with). Real processes live in real time, whatever clock drives the
// emulator; hence the system clock here.
import { delay, systemClock } from "../../clock.ts";
import type { Logger } from "../../logger.ts";
import { isCode } from "./launch-records.ts";
import type { ProcessIdentity, ProcessRow, ProcessSnapshot, ProcessTable } from "./process-table.ts";

export interface ProcessEnding {
  /** Kills every process of the launch and resolves when none lives. */
  end(cookie: string, leader: ProcessIdentity): Promise<void>;
  /** For a launch whose process has ended: kills what its group still holds now, and what escaped the group soon after. */
  endRemains(cookie: string, leader: ProcessIdentity): Promise<void>;
  /** The same for a launch whose group is gone. */
  endEscaped(cookie: string, leader: ProcessIdentity): void;
  /** Kills every process of this instance that `isKnown` denies. */
  endUnknown(instance: string, isKnown: (cookie: string) => boolean): Promise<void>;
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
  let condemned = new Map<string, string>();
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
  const end = (cookie: string, leader: ProcessIdentity) =>
    killUntilGone((processes) => family(processes, cookie, leader));
  const runSweep = async () => {
    await delay(clock, sweepDelayMs);
    const wanted = condemned;
    condemned = new Map();
    sweep = undefined;
    const oldest = [...wanted.values()].reduce((least, start) => (isOlder(start, least) ? start : least));
    await killUntilGone(
      ({ byLaunch }) => [...wanted.keys()].flatMap((cookie) => byLaunch.get(cookie) ?? []),
      () => o.table.scanSince(oldest),
    );
  };
  const endEscaped = (cookie: string, leader: ProcessIdentity) => {
    condemned.set(cookie, leader.start);
    sweep ??= runSweep();
  };
  return {
    end,
    async endRemains(cookie, leader) {
      if (groupExists(leader.pid)) return end(cookie, leader);
      endEscaped(cookie, leader);
    },
    endEscaped,
    endUnknown: (instance, isKnown) =>
      killUntilGone(({ byLaunch }) =>
        [...byLaunch].flatMap(([cookie, rows]) =>
          cookie.startsWith(`${instance}.`) && !isKnown(cookie) ? rows : [],
        ),
      ),
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

/** The launch's group, all who carry its cookie, and their descendants. */
function family(processes: ProcessSnapshot, cookie: string, leader: ProcessIdentity): ProcessRow[] {
  const { byLaunch, byGroup, byParent } = processes;
  const group = byGroup.get(leader.pid) ?? [];
  // A process id that is a group's id is not given away while the group lives; a leader with another start time means
  // that the old group died out and the number was reused.
  const isReused = group.some((row) => row.pid === leader.pid && row.start !== leader.start);
  const members = new Set([...(isReused ? [] : group), ...(byLaunch.get(cookie) ?? [])]);
  // A set that grows while it is walked is walked to its new end.
  for (const { pid } of members) for (const child of byParent.get(pid) ?? []) members.add(child);
  return [...members];
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
