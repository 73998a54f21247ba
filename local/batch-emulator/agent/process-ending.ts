// Ending launches as a whole: the process group, what descends from it, and whatever escaped into a session of its own
// (found by the BATCHAI_LAUNCH variable it was born with). Real processes live in real time, whatever clock drives the
// emulator; hence the system clock here.
import { delay, systemClock } from "../../clock.ts";
import type { Logger } from "../../logger.ts";
import { isCode } from "./launch-records.ts";
import type { ProcessIdentity, ProcessRow, ProcessTable } from "./process-table.ts";

export interface ProcessEnding {
  /** Kills every process of the launch and resolves when none lives. */
  end(cookie: string, leader: ProcessIdentity): Promise<void>;
  /** For a launch whose process has ended: kills what its group still holds now, and what escaped the group soon after. */
  endRemains(cookie: string, leader: ProcessIdentity): Promise<void>;
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
    select: (rows: readonly ProcessRow[]) => Promise<ProcessRow[]>,
    list = () => o.table.list(),
  ) => {
    const giveUpAt = clock.now() + patienceMs;
    for (let pauseMs = 2; ; pauseMs = Math.min(pauseMs * 2, 50)) {
      const living = await select(await list());
      if (living.length === 0) return;
      if (clock.now() > giveUpAt) {
        o.logger.error("process.survivedKill", { pid: living[0]?.pid, count: living.length });
        return;
      }
      for (const { pid } of living) signal(pid);
      await delay(clock, pauseMs);
    }
  };
  const end = (cookie: string, leader: ProcessIdentity) =>
    killUntilGone((rows) => family(o.table, rows, cookie, leader));
  const runSweep = async () => {
    await delay(clock, sweepDelayMs);
    const wanted = condemned;
    condemned = new Map();
    sweep = undefined;
    const oldest = [...wanted.values()].reduce((least, start) => (isOlder(start, least) ? start : least));
    await killUntilGone(
      (rows) => byCookie(o.table, rows, (cookie) => wanted.has(cookie)),
      () => o.table.startedSince(oldest),
    );
  };
  return {
    end,
    async endRemains(cookie, leader) {
      if (groupExists(leader.pid)) return end(cookie, leader);
      condemned.set(cookie, leader.start);
      sweep ??= runSweep();
    },
    endUnknown: (instance, isKnown) =>
      killUntilGone((rows) =>
        byCookie(o.table, rows, (cookie) => cookie.startsWith(`${instance}.`) && !isKnown(cookie)),
      ),
    async idle() {
      while (sweep) await sweep;
    },
  };
}

async function byCookie(
  table: ProcessTable,
  rows: readonly ProcessRow[],
  wanted: (cookie: string) => boolean,
): Promise<ProcessRow[]> {
  const launches = await table.launchesOf(rows);
  return rows.filter((row) => {
    const cookie = launches.get(row.pid);
    return cookie !== undefined && wanted(cookie);
  });
}

/** The launch's group, all who carry its cookie, and their descendants. */
async function family(
  table: ProcessTable,
  rows: readonly ProcessRow[],
  cookie: string,
  leader: ProcessIdentity,
): Promise<ProcessRow[]> {
  // A process id that is a group's id is not given away while the group lives; a leader with another start time means
  // that the old group died out and the number was reused.
  const reused = rows.some((row) => row.pid === leader.pid && row.start !== leader.start);
  const members = new Map<number, ProcessRow>();
  const young = rows.filter((row) => !isOlder(row.start, leader.start));
  const launches = await table.launchesOf(young);
  for (const row of young)
    if ((!reused && row.group === leader.pid) || launches.get(row.pid) === cookie) members.set(row.pid, row);
  for (let grown = true; grown;) {
    grown = false;
    for (const row of rows)
      if (!members.has(row.pid) && members.has(row.parent)) {
        members.set(row.pid, row);
        grown = true;
      }
  }
  return [...members.values()];
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
